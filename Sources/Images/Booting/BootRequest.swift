/// How an image takes over the machine.
public enum BootProtocol: String, Hashable, Sendable, CaseIterable {
    /// Xen's direct boot ABI for ELF files with the note PHYS32_ENTRY.
    case pvh
    /// Linux's own protocol: setup header, zero page, 64-bit or 32-bit entry.
    case linux
    /// Multiboot 0.6.96, the first of the two.
    case multiboot
    /// Bytes that begin with their first instruction.
    case flat
}

/// The mode that a flat image begins in.
public enum FlatMode: Int, Hashable, Sendable, CaseIterable {
    case real16 = 16
    case protected32 = 32
    case long64 = 64
}

/// A file that is handed to the kernel: its initial file system, or whatever a Multiboot kernel wants of modules.
public struct BootModule: Sendable {
    public var bytes: [UInt8]
    /// Multiboot and PVH give each module a text of its own.
    public var arguments: String

    public init(_ bytes: [UInt8], arguments: String = "") {
        self.bytes = bytes
        self.arguments = arguments
    }
}

/// What is to be booted, on what.
public struct BootRequest: Sendable {
    public var image: [UInt8]
    /// Multiboot puts it before the kernel's own words, as GRUB has always done; kernels skip the first word.
    public var imageName: String
    public var modules: [BootModule]
    public var commandLine: String
    /// In bytes.
    public var storage: UInt64
    public var processors: Int
    /// Where the board has put the ACPI tables' root pointer.
    public var rsdp: UInt64?
    /// Nil: what the image is best booted by.
    public var bootProtocol: BootProtocol?
    public var flatMode: FlatMode?
    /// Where a flat image goes.
    public var flatBase: UInt64?

    public init(
        image: [UInt8], imageName: String = "kernel", modules: [BootModule] = [], commandLine: String = "",
        storage: UInt64, processors: Int = 1, rsdp: UInt64? = nil, bootProtocol: BootProtocol? = nil,
        flatMode: FlatMode? = nil, flatBase: UInt64? = nil
    ) {
        self.image = image
        self.imageName = imageName
        self.modules = modules
        self.commandLine = commandLine
        self.storage = storage
        self.processors = processors
        self.rsdp = rsdp
        self.bootProtocol = bootProtocol
        self.flatMode = flatMode
        self.flatBase = flatBase
    }
}
