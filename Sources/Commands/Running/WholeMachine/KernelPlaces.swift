import Images
import X86Core

/// Addresses in a PC's guest, and exceptions there, in words: with the kernel's own names where it carries them.
final class KernelPlaces {
    private let kernel: String?
    private let context: Context
    /// Read when the first name is asked for: most runs need none.
    private(set) lazy var symbols: KernelSymbols? = {
        let image = kernel.flatMap {
            try? readFile(
                Path.join(context.folder, $0), what: "the kernel", limit: WholeMachineRequest.largestImage)
        }
        return image.flatMap { KernelSymbols(reading: $0) }
    }()

    /// - Parameter kernel: the image that the machine was started from; nil, or one that cannot be read: no names.
    init(kernel: String?, in context: Context) {
        self.kernel = kernel
        self.context = context
    }

    func name(of address: UInt64) -> String? { symbols?.name(of: address)?.description }

    func text(_ address: UInt64) -> String {
        "0x" + String(address, radix: 16) + (name(of: address).map { " (\($0))" } ?? "")
    }

    /// "#PF, error code 0x2, address 0x8 at 0xffffffff81000000 (start), level 0".
    func text(exception name: String, code: UInt32?, detail: UInt64?, at address: UInt64, level: Int) -> String {
        name + (code.map { ", error code 0x" + String($0, radix: 16) } ?? "")
            + (detail.map { ", address 0x" + String($0, radix: 16) } ?? "") + " at \(text(address)), level \(level)"
    }
}
