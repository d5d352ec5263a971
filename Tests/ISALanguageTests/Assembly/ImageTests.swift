import Testing

@testable import ISALanguage

/// The textual image format: what is written is read back, and nothing else is read.
struct ImageTests {
    let image = Image(
        machine: "fixture",
        segments: [
            Image.Segment(address: 4, cells: [1, 0xFFFF] + Array(repeating: 0, count: 20) + [7]),
            Image.Segment(address: 100, cells: [0, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]),
        ],
        entry: 5, symbols: ["a": 1, "minus": .max], lines: [4: 1, 5: 2])

    @Test func roundTrip() throws {
        #expect(try Image(text: Array(image.text.utf8)) == image)
        #expect(image.text.contains("zeros E\n"))
        #expect(try Image(text: Array(Image(machine: "m").text.utf8)) == Image(machine: "m"))
    }

    @Test(arguments: [
        ("", "cut off"), ("trapline-image 2\n", "version '2'"), ("ELF\n", "no image"),
        ("trapline-image 1\nmachine m\nentry 0\n", "no 'end'"),
        ("trapline-image 1\nmachine m\nend\n", "no entry"),
        ("trapline-image 1\nmachine m\nentry 0\nentry 0\nend\n", "twice"),
        ("trapline-image 1\nmachine m\nentry 0\ncells 1\nend\n", "before any segment"),
        ("trapline-image 1\nmachine m\nentry 0\nsegment 5\ncells 1 2\nsegment 6\nend\n", "before the last one ends"),
        ("trapline-image 1\nmachine m\nentry 0\nsegment 5\nzeros FFFFFFFFFFFFFFFF\nend\n", "more than"),
        ("trapline-image 1\nmachine m\nentry 0\nsegment FFFFFFFFFFFFFFFF\ncells 1 1\nend\n", "last address"),
        ("trapline-image 1\nmachine m\nentry -1\nend\n", "no hexadecimal number"),
        ("trapline-image 1\nmachine m\nentry 0\nsegment 0\ncells  1\nend\n", "no hexadecimal number"),
        ("trapline-image 1\nmachine m\nentry 0\nsymbol a 1\nsymbol a 1\nend\n", "given twice"),
        ("trapline-image 1\nmachine m\nentry 0\nend\nend\n", "after 'end'"),
        ("trapline-image 1\nmachine m\nentry 0\nline 1 0\nend\n", "no line number"),
        ("trapline-image 1\nmachine m\nentry 0\n\nend\n", "no line of an image"),
        ("trapline-image 1\nmachine m\nentry 0\nend", "cut off"),
    ])
    func malformedImagesAreRefused(text: String, part: String) {
        do throws(ImageError) {
            let image = try Image(text: Array(text.utf8), path: "x.img")
            Issue.record("read: \(image)")
        } catch {
            #expect(error.diagnostic.message.contains(part), "\(error)")
            #expect(error.diagnostic.span?.location.file == "x.img")
        }
    }

    @Test func fittingIsChecked() {
        let machine = FixtureMachine.make()
        #expect(image.misfit(in: machine, size: 1024) == nil)
        #expect(image.misfit(in: machine, size: 100)?.message.contains("has 100 cells") == true)
        let wide = Image(machine: "other", segments: [Image.Segment(address: 0, cells: [0x10000])])
        #expect(wide.misfit(in: machine, size: 100)?.message.contains("16 bits") == true)
        var state = MachineState(machine, size: 6)
        image.load(into: &state)
        #expect(state.cells == [0, 0, 0, 0, 1, 0xFFFF])
        #expect(state[FixtureMachine.pc] == 5)
    }
}
