// Made from ISA/ia-32 by the test EmbeddedRecordsTests; see Docs/X86Core.md.
let legacyRecordText: StaticString = ""
