// The functions are in the headers, so that each is compiled into its caller.
