import Certificates
import Machine

/// SHA-256 over a machine's whole state: every component in the file's order, then every cell, each
/// as eight bytes, least significant first. Two runs that end in the same state have the same digest.
func stateDigest(of processor: any Processor) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity((processor.layout.slotCount + processor.storage.count) * 8)
    func append(_ value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    for (component, shape) in processor.layout.components.enumerated() {
        for element in 0..<shape.count { append(processor[component, element]) }
    }
    for cell in 0..<processor.storage.count { append(processor.storage[cell]) }
    return SHA256.digest(of: bytes).description
}
