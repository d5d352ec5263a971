import Foundation
import Machine
import Testing

@testable import Devices

@Suite struct NVMeControllers {
    @Test func theControllerGetsReadyAndShutsDown() {
        let nvme = NVMeBench()
        #expect(nvme.read(0, width: 8) == 0x0000_0020_0401_03FF)
        #expect(nvme.read(0x08) == 0x0001_0400)
        #expect(nvme.read(0x1C) == 0)
        nvme.start()
        #expect(nvme.read(0x1C) == 1)
        nvme.write(0x14, 0x0046_4001)
        #expect(nvme.read(0x1C) & 0xC == 8)
        nvme.write(0x14, 0)
        #expect(nvme.read(0x1C) == 0)
        #expect(nvme.read(0x28, width: 8) == 0x10000)
        // Pages of another size are not there.
        nvme.write(0x14, 0x0046_0081)
        #expect(nvme.read(0x1C) == 2)
    }

    @Test func identification() {
        let nvme = NVMeBench()
        nvme.start()
        #expect(nvme.admin(6, prp1: 0x8000, words: [1]).status == 0)
        let storage = nvme.bench.storage
        #expect(storage.bytes[0x8000 + 77] == 7)
        #expect(storage.number(at: 0x8000 + 516, width: 4) == 1)
        #expect(storage.number(at: 0x8000 + 512, width: 2) == 0x4466)
        #expect(String(decoding: storage.bytes[0x8004..<0x8004 + 10], as: UTF8.self) == "TRAPLINE-0")
        #expect(nvme.admin(6, namespace: 0, prp1: 0x8000, words: [2]).status == 0)
        #expect(storage.number(at: 0x8000, width: 8) == 1)
        #expect(nvme.admin(6, namespace: 1, prp1: 0x8000, words: [2]).status == 0)
        #expect(storage.number(at: 0x8000, width: 8) == 0)
        #expect(nvme.admin(6, namespace: 1, prp1: 0x8000, words: [3]).status == 0)
        #expect(storage.bytes[0x8000] == 3 && storage.bytes[0x8001] == 16)
        #expect(nvme.admin(6, namespace: 1, prp1: 0x8000, words: [0]).status == 0)
        #expect(storage.number(at: 0x8000, width: 8) == 4096)
        #expect(storage.number(at: 0x8000 + 128, width: 4) == 9 << 16)
        #expect(nvme.admin(6, namespace: 2, prp1: 0x8000, words: [0]).status == 0x0B)
        #expect(nvme.admin(6, prp1: 0x8000, words: [6]).status == 2)
    }

    @Test func featuresLogsAndTheRest() {
        let nvme = NVMeBench()
        nvme.start()
        #expect(nvme.admin(9, words: [7, 0x003F_003F]).result == 0x0007_0007)
        #expect(nvme.admin(10, words: [7]).result == 0x0007_0007)
        #expect(nvme.admin(10, words: [6]).result == 1)
        #expect(nvme.admin(9, words: [6, 0]).status == 0)
        #expect(nvme.admin(10, words: [6]).result == 0)
        #expect(nvme.admin(10, words: [0x106]).result == 1)
        #expect(nvme.admin(9, words: [0x7F]).status == 2)
        #expect(nvme.admin(2, prp1: 0x8000, words: [0x007F_0002]).status == 0)
        #expect(nvme.bench.storage.number(at: 0x8001, width: 2) == 300)
        #expect(nvme.admin(2, prp1: 0x8000, words: [0x007F_00C0]).status == 0x109)
        #expect(nvme.admin(8, words: [0]).result == 1)
        #expect(nvme.admin(0x7F).status == 1)
        // Requests for events are kept without an answer, up to a number.
        for _ in 0..<4 { nvme.put(0, 0x0C) }
        nvme.ring(0)
        #expect(nvme.answer(0) == nil)
        #expect(nvme.admin(0x0C).status == 0x105)
    }

    @Test func queuesAreMadeAndDeletedInOrder() {
        let nvme = NVMeBench()
        nvme.start()
        #expect(nvme.admin(1, prp1: 0x12000, words: [0x000F_0001, 0x0001_0001]).status == 0x100)
        #expect(nvme.createQueues(1) == [0, 0])
        #expect(nvme.createQueues(1) == [0x101, 0x101])
        #expect(nvme.createQueues(9) == [0x101, 0x101])
        #expect(nvme.admin(5, prp1: 0x20000, words: [0x0000_0002, 3]).status == 0x102)
        #expect(nvme.admin(5, prp1: 0x20000, words: [0x0FFF_0002, 3]).status == 0x102)
        #expect(nvme.admin(5, prp1: 0x20000, words: [0x000F_0002, 2]).status == 2)
        #expect(nvme.admin(5, prp1: 0x20000, words: [0x000F_0002, 99 << 16 | 3]).status == 0x108)
        #expect(nvme.admin(4, words: [1]).status == 0x10C)
        #expect(nvme.admin(0, words: [1]).status == 0)
        #expect(nvme.admin(4, words: [1]).status == 0)
        #expect(nvme.admin(0, words: [1]).status == 0x101)
    }

    private func pattern(_ sector: Int) -> [UInt8] { (0..<512).map { UInt8(truncatingIfNeeded: sector + $0) } }

    @Test(arguments: [1, 8, 16, 100, 1024]) func readingByEveryKindOfPages(sectors: Int) {
        let nvme = NVMeBench()
        nvme.start()
        #expect(nvme.createQueues(1) == [0, 0])
        let storage = nvme.bench.storage
        // From the middle of a page, then pages backwards from 0xF0000.
        let first = 0x60200
        let pages = (sectors * 512 + 0x200 + 4095) / 4096 - 1
        let places = (0..<pages).map { 0xF0000 - $0 * 4096 }
        var prp2 = UInt64(places.first ?? 0)
        if pages > 1 {
            // The list begins near the end of its page, so that it must go on in another.
            prp2 = 0x50FE8
            var slot = 0x50FE8
            for (index, place) in places.enumerated() {
                if slot == 0x50FF8, index < places.count - 1 {
                    storage.put(0x52000, at: slot, width: 8)
                    slot = 0x52000
                }
                storage.put(UInt64(place), at: slot, width: 8)
                slot += 8
            }
        }
        let answer = nvme.submit(
            1, 2, prp1: UInt64(first), prp2: prp2, words: [7, 0, UInt64(sectors - 1)])
        #expect(answer.status == 0)
        let regions = [first..<first + min(sectors * 512, 4096 - 0x200)] + places.map { $0..<$0 + 4096 }
        let seen = regions.flatMap { storage.bytes[$0] }.prefix(sectors * 512)
        let isRight = Array(seen) == (7..<7 + sectors).flatMap(pattern)
        #expect(isRight)
    }

    @Test func writesAndZeroesReachTheDisk() {
        let nvme = NVMeBench()
        nvme.start()
        #expect(nvme.createQueues(1) == [0, 0])
        for index in 0..<1024 { nvme.bench.storage.bytes[0x60000 + index] = UInt8(truncatingIfNeeded: index * 7) }
        #expect(nvme.submit(1, 1, prp1: 0x60000, words: [4094, 0, 1]).status == 0)
        let written = nvme.disk.contents[4094 * 512..<4096 * 512] == nvme.bench.storage.bytes[0x60000..<0x60400]
        #expect(written)
        #expect(nvme.submit(1, 0, namespace: .max).status == 0)
        #expect(nvme.submit(1, 8, words: [10, 0, 2999]).status == 0)
        #expect(nvme.disk.contents[10 * 512..<3010 * 512].allSatisfy { $0 == 0 })
        #expect(Array(nvme.disk.contents[9 * 512..<10 * 512]) == pattern(9))
        #expect(Array(nvme.disk.contents[3010 * 512..<3011 * 512]) == pattern(3010))
        #expect(nvme.submit(1, 9, prp1: 0x60000, words: [0, 4]).status == 0)
    }

    @Test func whatIsWrongIsRefused() {
        let nvme = NVMeBench(isReadOnly: true)
        nvme.start()
        #expect(nvme.createQueues(1) == [0, 0])
        #expect(nvme.submit(1, 2, prp1: 0x60000, words: [4096, 0, 0]).status == 0x80)
        #expect(nvme.submit(1, 2, prp1: 0x60000, words: [4095, 0, 1]).status == 0x80)
        #expect(nvme.submit(1, 2, prp1: 0x60000, words: [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF]).status == 0x80)
        #expect(nvme.submit(1, 2, namespace: 2, prp1: 0x60000).status == 0x0B)
        #expect(nvme.submit(1, 2, prp1: 0x60001).status == 0x13)
        #expect(nvme.submit(1, 2, prp1: 0x60000, prp2: 0x61010, words: [0, 0, 15]).status == 0x13)
        #expect(nvme.submit(1, 2, prp1: 1 << 40).status == 4)
        #expect(nvme.submit(1, 2, prp1: 0x60000, words: [0, 0, 1024]).status == 2)
        #expect(nvme.submit(1, 1, prp1: 0x60000).status == 0x182)
        #expect(nvme.submit(1, 0x55).status == 1)
        #expect(nvme.submit(1, 0x0102).status == 2)
        // A list that leads to itself.
        nvme.bench.storage.put(0x50FF8, at: 0x50FF8, width: 8)
        #expect(nvme.submit(1, 2, prp1: 0x60000, prp2: 0x50FF8, words: [0, 0, 1000]).status == 2)
        // The identification says that nothing can be written.
        #expect(nvme.admin(6, namespace: 1, prp1: 0x8000, words: [0]).status == 0)
        #expect(nvme.bench.storage.bytes[0x8000 + 99] == 1)
    }

    @Test func aFullCompletionQueueWaitsForRoom() {
        let nvme = NVMeBench()
        nvme.start()
        #expect(nvme.createQueues(1) == [0, 0])
        for round in 0..<5 {
            for _ in 0..<15 { nvme.put(1, 0) }
            nvme.ring(1)
            var seen = 0
            while nvme.answer(1) != nil { seen += 1 }
            #expect(seen == 15, "round \(round)")
            nvme.put(1, 0)
            nvme.ring(1)
            #expect(nvme.answer(1) == nil)
            nvme.release(1)
            #expect(nvme.answer(1)?.status == 0)
            nvme.release(1)
        }
    }

    @Test func theLineIsHeldUntilTheAnswersAreTaken() {
        let nvme = NVMeBench()
        nvme.start()
        nvme.bench.writeEntry(11, 0xA051)
        nvme.put(0, 10, words: [6])
        nvme.ring(0)
        #expect(nvme.bench.acknowledge() == 0x51)
        nvme.bench.writeAPIC(0x0B, 0)
        #expect(nvme.bench.acknowledge() == 0x51)
        #expect(nvme.answer(0)?.result == 1)
        nvme.release(0)
        nvme.bench.writeAPIC(0x0B, 0)
        #expect(!nvme.bench.requested[0])
        // Masked in the controller, then not.
        nvme.write(0x0C, 1)
        nvme.put(0, 10, words: [6])
        nvme.ring(0)
        #expect(!nvme.bench.requested[0])
        nvme.write(0x10, 1)
        #expect(nvme.bench.requested[0])
    }

    @Test func messagesCarryVectors() {
        let nvme = NVMeBench()
        nvme.start()
        for vector in UInt64(0)..<2 {
            nvme.write(0x2000 + vector * 16, 0xFEE0_0000)
            nvme.write(0x2008 + vector * 16, 0x40 + vector)
        }
        nvme.write(0x200C, 0)
        nvme.bench.out(0xCF8, 0x8000_0850, width: 4)
        nvme.bench.out(0xCFE, 0x8000, width: 2)
        #expect(nvme.createQueues(1, vector: 1) == [0, 0])
        #expect(nvme.bench.acknowledge() == 0x40)
        nvme.bench.writeAPIC(0x0B, 0)
        _ = nvme.submit(1, 0)
        // Vector 1 is masked still: it is pending, and comes when the mask goes.
        #expect(!nvme.bench.requested[0])
        #expect(nvme.read(0x3000) == 2)
        nvme.write(0x201C, 0)
        #expect(nvme.bench.acknowledge() == 0x41)
        #expect(nvme.read(0x3000) == 0)
    }

    @Test func aFileIsADisk() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = FileManager.default.createFile(atPath: path, contents: Data(repeating: 3, count: 512 * 4 + 100))
        let disk = try RawDiskFile(path: path)
        #expect(disk.sectorCount == 4)
        try [UInt8](repeating: 9, count: 1024).withUnsafeBytes { try disk.write(2, from: $0) }
        try disk.flush()
        var bytes = [UInt8](repeating: 0, count: 1024)
        try bytes.withUnsafeMutableBytes { try disk.read(1, into: $0) }
        #expect(bytes == [UInt8](repeating: 3, count: 512) + [UInt8](repeating: 9, count: 512))
        #expect(throws: BlockError.self) { try RawDiskFile(path: path + "-not-there") }
        let readOnly = try RawDiskFile(path: path, isReadOnly: true)
        #expect(throws: BlockError.self) { try bytes.withUnsafeBytes { try readOnly.write(0, from: $0) } }
    }
}
