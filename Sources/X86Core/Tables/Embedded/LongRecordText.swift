// Made from ISA/x86-64 by the test EmbeddedRecordsTests; see Docs/X86Core.md.
let longRecordText: StaticString = ""
