import Images
import Machine
import Testing

@Suite struct ImageFiles {
    @Test func filesAreRecognisedByTheirBytes() {
        let kinds: [([UInt8], FileKind)] = [
            ([], .empty), (Array("trapline-image 1\nmachine m\n".utf8), .traplineImage),
            (Array("; x\n\n\t.machine m\n".utf8), .assemblySource),
            (Array("-- x\nmachine m\n".utf8), .machineDescription), (Array("extends m\n".utf8), .machineDescription),
            ([0x7F, 0x45, 0x4C, 0x46, 1, 1], .elf(bits: 32)), ([0x7F, 0x45, 0x4C, 0x46, 2, 1], .elf(bits: 64)),
            ([0x1F, 0x8B, 8], .gzip), ([0x28, 0xB5, 0x2F, 0xFD], .zstd), (Array("hello\n".utf8), .text),
            ([0, 1, 2, 3], .binary), ([0xFF, 0xFE, 0xFD, 0xC0, 0xC1], .binary),
            (Array(repeating: 0x90, count: 0x202) + Array("HdrS".utf8) + Array(repeating: 0, count: 64), .linuxKernel),
        ]
        for (bytes, kind) in kinds {
            #expect(FileKind(recognising: bytes) == kind)
        }
    }

    @Test func loadingIsAllOrNothing() throws {
        let storage = GuestStorage(count: 8, cellWidth: 8)
        try load([Segment(address: 2, cells: [1, 2, 3])], into: storage)
        #expect((0..<8).map { storage[$0] } == [0, 0, 1, 2, 3, 0, 0, 0])
        let outside = [Segment(address: 0, cells: [9]), Segment(address: 7, cells: [1, 2])]
        #expect(throws: LoadingError.doesNotFit(last: 8, cells: 8)) { try load(outside, into: storage) }
        #expect(throws: LoadingError.tooWide(address: 1, value: 256, width: 8)) {
            try load([Segment(address: 0, cells: [9, 256])], into: storage)
        }
        #expect(throws: LoadingError.self) { try load([Segment(address: .max, cells: [1, 2])], into: storage) }
        #expect((0..<8).map { storage[$0] } == [0, 0, 1, 2, 3, 0, 0, 0])
    }
}
