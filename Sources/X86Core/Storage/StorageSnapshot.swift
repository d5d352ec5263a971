import Glibc
import Machine

extension GuestMemory {
    private func isZero(_ page: Int) -> Bool {
        // Safety: the page is one of the storage's.
        let words = (bytes + page * 4096).assumingMemoryBound(to: UInt64.self)
        for index in stride(from: 0, to: 512, by: 4) {
            if words[index] | words[index &+ 1] | words[index &+ 2] | words[index &+ 3] != 0 { return false }
        }
        return true
    }

    /// Calls for each run of pages that are not zero, as far as `most` pages go.
    private func forEachRun(most: Int, _ body: (_ first: Int, _ content: UnsafeRawBufferPointer) -> Void) {
        var page = 0
        while page < pageCount {
            guard !isZero(page) else {
                page += 1
                continue
            }
            let first = page
            while page < pageCount, page - first < most, !isZero(page) { page += 1 }
            body(first, UnsafeRawBufferPointer(start: bytes + first * 4096, count: (page - first) * 4096))
        }
    }

    /// The pages that are not zero.
    public func save(to snapshot: inout SnapshotWriter) {
        forEachRun(most: 256) { first, content in
            snapshot.put(UInt64(first) + 1)
            snapshot.put(raw: content)
        }
        snapshot.put(UInt64(0))
    }

    /// Whoever has made something of code here has to forget it.
    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        clear()
        while true {
            let first = try snapshot.take(UInt64.self)
            if first == 0 { return }
            let content = try snapshot.takeBlock()
            guard first <= UInt64(pageCount), content.count % 4096 == 0, content.count / 4096 <= pageCount - Int(first - 1)
            else { throw SnapshotError("pages that the storage does not have", at: snapshot.offset) }
            content.withUnsafeBytes { source in
                if let base = source.baseAddress {
                    (bytes + Int(first - 1) * 4096).copyMemory(from: base, byteCount: source.count)
                }
            }
        }
    }

    /// Zero everywhere, and no code known.
    private func clear() {
        // The host takes the pages back, and gives new ones that are zero.
        if madvise(bytes, Int(size), MADV_DONTNEED) != 0 { memset(bytes, 0, Int(size)) }
        for page in 0..<pageCount { codeLines[page] = 0 }
    }

    /// All pages that are not zero, each with its number.
    public func add(to hash: inout StateHash) {
        forEachRun(most: .max) { first, content in
            hash.add(UInt64(first))
            hash.add(content)
        }
    }
}
