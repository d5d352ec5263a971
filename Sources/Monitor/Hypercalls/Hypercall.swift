/// A request that a guest makes of its monitor through the machine's own call trap.
public struct Hypercall: Hashable, Sendable {
    /// Which of the machine's instructions the monitor performs in the call's place.
    public var instruction: Int
    /// By operand: the form that is taken.
    public var forms: [Int]
    /// Where the fields of that instruction come from: field, and the register element that holds it.
    public var arguments: [Argument]

    public struct Argument: Hashable, Sendable {
        public var field: Int
        public var component: Int
        public var element: Int
        public init(field: Int, component: Int, element: Int) {
            self.field = field
            self.component = component
            self.element = element
        }
    }

    public init(instruction: Int, forms: [Int], arguments: [Argument]) {
        self.instruction = instruction
        self.forms = forms
        self.arguments = arguments
    }
}
