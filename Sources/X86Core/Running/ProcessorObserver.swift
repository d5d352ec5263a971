/// Somebody who watches a processor at work. What it sees is the same code as runs unobserved: only the blocks have one
/// instruction each while every instruction is asked for.
public protocol ProcessorObserver: AnyObject {
    /// Every instruction is to be told of.
    var wantsInstructions: Bool { get }
    /// The instruction at the instruction pointer runs next. Nothing of it is done, and it may still fault.
    /// - Parameter name: mnemonic and form, as the machine's file has them; nil: it is undefined.
    func willRun(_ processor: X86Processor, bytes: [UInt8], name: String?)
    /// An exception or an interrupt goes to the guest's handler.
    /// - Parameter code: the error code.
    /// - Parameter address: what the handler returns to.
    func delivers(_ processor: X86Processor, vector: UInt8, code: UInt32?, address: UInt64, isInterrupt: Bool)
}

extension X86Processor {
    /// Tells the observer of the instruction that is about to run.
    func tellOfInstruction() {
        guard let observer = traceObserver, observer.wantsInstructions else { return }
        let pointer = instructionPointer
        let base = mode.isLong64 ? 0 : state.pointee.segments[SegmentNumber.cs].base
        leaveHostArithmetic()
        defer { enterHostArithmetic() }
        let decoder = decoding.decoder(codeSize: mode.codeSize)
        func decode(_ bytes: [UInt8]) -> Result<DecodedInstruction, ReadingError> {
            bytes.withUnsafeBufferPointer { code in
                do throws(ReadingError) {
                    return .success(try decoder.decode(code, codeSize: Int(mode.codeSize)))
                } catch { return .failure(error) }
            }
        }
        // The page behind is looked at where the instruction goes on there: a look marks it as accessed.
        let linear = truncated(pointer &+ base)
        var bytes = codeBytes(linear, most: min(15, Int(4096 - linear & 0xFFF)))
        var result = decode(bytes)
        if case .failure(.tooShort) = result {
            bytes += codeBytes(truncated(linear &+ UInt64(bytes.count)), most: 15 - bytes.count)
            result = decode(bytes)
        }
        let decoded = try? result.get()
        let name = decoded.map { decoder.records[$0.record].name }
        observer.willRun(self, bytes: Array(bytes.prefix(decoded?.length ?? 1)), name: name)
    }

    /// Bytes of code, as far as they can be read without a fault.
    private func codeBytes(_ linear: UInt64, most count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<UInt64(count) {
            let address = truncated(linear &+ index)
            guard let page = try? pageOfCode(address), memory.offset(page) != nil else { break }
            bytes.append(realRead(page | address & 0xFFF, UInt8.self))
        }
        return bytes
    }
}
