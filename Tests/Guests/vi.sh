# busybox's vi under whatever terminal this runs on, natively and in the guest; somebody types. $1 is busybox, $2 a file
# to edit.
B=$1
$B stty rows 24 cols 80
$B seq 100 7 500 > "$2"
echo vi begins
TERM=vt100 $B vi "$2"
echo vi has ended
$B cat "$2"
$B sha256sum < "$2"
echo that was the file
