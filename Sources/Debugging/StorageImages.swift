import Glibc

/// Pages of storage as they were at some moments. Images share the pages that are the same in them, so that a moment
/// costs what changed since the one before it.
public final class StorageImages {
    public static let pageSize = 4096
    /// Pages in a group: an image is a list of groups, most of which it shares with its neighbours.
    private static let groupSize = 128

    /// A page's bytes. Nobody writes it after it was made.
    final class Page {
        // Safety: allocated and filled here, freed here.
        let bytes: UnsafeMutableRawPointer
        private let account: Account

        init(copying source: UnsafeRawPointer, count: Int, for account: Account) {
            bytes = .allocate(byteCount: StorageImages.pageSize, alignment: 16)
            bytes.copyMemory(from: source, byteCount: count)
            self.account = account
            account.bytes += StorageImages.pageSize
        }

        deinit {
            bytes.deallocate()
            account.bytes -= StorageImages.pageSize
        }
    }

    /// How much the pages take that are still there.
    final class Account {
        var bytes = 0
    }

    /// nil: all zero.
    fileprivate final class Group {
        var pages: [Page?]
        init(_ pages: [Page?]) { self.pages = pages }
    }

    /// Storage at one moment.
    public struct Image {
        fileprivate var groups: [Group]
    }

    // Safety: valid as long as the machine, which the history that owns this keeps alive.
    private let storage: UnsafeMutableRawBufferPointer
    /// Bytes in pages of all images that are still there.
    public var bytesHeld: Int { account.bytes }
    private let account = Account()
    private let pageCount: Int

    public init(of storage: UnsafeMutableRawBufferPointer) {
        self.storage = storage
        pageCount = (storage.count + Self.pageSize - 1) / Self.pageSize
    }

    private func length(of page: Int) -> Int { min(Self.pageSize, storage.count - page * Self.pageSize) }

    private func isZero(_ page: Int) -> Bool {
        guard let base = storage.baseAddress.map({ $0 + page * Self.pageSize }) else { return true }
        // Every byte is as the one before it, and the first is zero.
        return base.load(as: UInt8.self) == 0 && memcmp(base, base + 1, length(of: page) - 1) == 0
    }

    private func holds(_ page: Int, _ content: Page?) -> Bool {
        guard let content else { return isZero(page) }
        guard let base = storage.baseAddress else { return true }
        return memcmp(base + page * Self.pageSize, content.bytes, length(of: page)) == 0
    }

    /// Storage as it is now.
    ///
    /// - Parameters:
    ///   - last: an image of a moment not long ago.
    ///   - changed: pages that may be different from it; nil: any.
    public func capture(after last: Image?, changed: [Int]?) -> Image {
        guard let base = storage.baseAddress else { return Image(groups: []) }
        var image: Image
        if let last {
            image = last
        } else {
            image = Image(groups: (0..<(pageCount + Self.groupSize - 1) / Self.groupSize).map { group in
                Group(Array(repeating: nil, count: min(Self.groupSize, pageCount - group * Self.groupSize)))
            })
        }
        var own: Set<Int> = []
        for page in pages(changed, everything: last == nil) {
            let (group, index) = page.quotientAndRemainder(dividingBy: Self.groupSize)
            let content = image.groups[group].pages[index]
            if holds(page, content) { continue }
            if own.insert(group).inserted { image.groups[group] = Group(image.groups[group].pages) }
            image.groups[group].pages[index] =
                isZero(page) ? nil : Page(copying: base + page * Self.pageSize, count: length(of: page), for: account)
        }
        return image
    }

    private func pages(_ changed: [Int]?, everything: Bool) -> [Int] {
        if everything { return Array(0..<pageCount) }
        return changed?.filter { $0 >= 0 && $0 < pageCount } ?? Array(0..<pageCount)
    }

    /// Puts an image back.
    ///
    /// - Parameters:
    ///   - last: an image from which storage differs in the pages `changed` at most; nil: not known.
    /// - Returns: the pages that were written.
    public func restore(_ image: Image, after last: Image?, changed: [Int]?) -> [Int] {
        guard let base = storage.baseAddress else { return [] }
        var candidates = changed.map { Set($0) }
        if candidates != nil, let last {
            for (group, content) in image.groups.enumerated() where content !== last.groups[group] {
                for index in content.pages.indices where content.pages[index] !== last.groups[group].pages[index] {
                    candidates?.insert(group * Self.groupSize + index)
                }
            }
        }
        var written: [Int] = []
        for page in pages(candidates?.sorted(), everything: last == nil) {
            let (group, index) = page.quotientAndRemainder(dividingBy: Self.groupSize)
            let content = image.groups[group].pages[index]
            if holds(page, content) { continue }
            if let content {
                (base + page * Self.pageSize).copyMemory(from: content.bytes, byteCount: length(of: page))
            } else {
                memset(base + page * Self.pageSize, 0, length(of: page))
            }
            written.append(page)
        }
        return written
    }

    /// Where two images differ, as ranges of bytes no longer than a page.
    public func differences(_ one: Image, _ other: Image) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for group in one.groups.indices where one.groups[group] !== other.groups[group] {
            let (a, b) = (one.groups[group].pages, other.groups[group].pages)
            for index in a.indices where a[index] !== b[index] {
                let page = group * Self.groupSize + index
                ranges.append(page * Self.pageSize..<page * Self.pageSize + length(of: page))
            }
        }
        return ranges
    }

    /// A word of an image; 0 outside it.
    public func word(at offset: Int, of image: Image) -> UInt64 {
        guard offset >= 0, offset + 8 <= storage.count else { return 0 }
        let (page, within) = offset.quotientAndRemainder(dividingBy: Self.pageSize)
        let (group, index) = page.quotientAndRemainder(dividingBy: Self.groupSize)
        return image.groups[group].pages[index]?.bytes.loadUnaligned(fromByteOffset: within, as: UInt64.self) ?? 0
    }
}
