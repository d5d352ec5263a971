public struct X87State { public init() {} }
extension X86Processor {
    func enterHostArithmetic() {}
    func leaveHostArithmetic() {}
}
