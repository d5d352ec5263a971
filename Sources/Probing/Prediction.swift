import ISALanguage

/// A trap that the file lets an instruction take in a state.
struct PredictedTrap: Hashable, Sendable {
    var trap: TrapID
    /// nil: not known.
    var detail: UInt64?
}

/// A value that the file says will stand in a place.
struct PredictedValue: Sendable {
    var place: HostPlace
    var element: Int
    var width: Int
    var value: UInt64
}

/// What the file says that an instruction does in one state.
struct Prediction: Sendable {
    /// Taken for certain, if none of `possible` is.
    var certain: PredictedTrap?
    /// Under conditions that cannot be told: uninterpreted functions, hidden components.
    var possible: [PredictedTrap] = []
    /// The choice among them depends on what cannot be told apart from outside.
    var isChoiceHidden = false
    var reads = Footprint()
    var writes = Footprint()
    /// Of the writes, what depends on hidden components.
    var hidden = Footprint()
    var values: [PredictedValue] = []
    /// Where execution goes on; nil: not known.
    var next: UInt64?
    /// An access may leave the window, so that it may be refused.
    var leavesWindow = false
    /// Something is read, or written, at an address that is not known.
    var readsAnywhere = false
    var writesAnywhere = false
    /// The program counter gets a value that is not known, or no canonical address.
    var transfersAnywhere: Bool {
        guard let next else { return true }
        let high = next >> 47
        return high != 0 && high != 0x1_FFFF
    }

    /// Policy bits that conditions of traps depend on.
    var policy: Set<StateID> = []
}

/// The reference semantics over a state of the host, with what cannot be known marked. It is the reference
/// evaluator's arithmetic; only values carry more.
struct PredictingInterpretation: Interpretation {
    struct Value {
        var bits: UInt64
        var isKnown = true
        /// It depends on something that differs from one run to the next.
        var isHidden = false
        /// A policy bit, or what was made from one.
        var policy: StateID?
    }

    let description: MachineDescription
    let places: HostPlaces
    let state: HostState
    let fields: [UInt64]
    let forms: [Int]
    /// Fields whose number is any.
    let openFields: Set<Int>
    let here: UInt64
    let length: UInt64
    var prediction = Prediction()

    init(
        _ description: MachineDescription, _ places: HostPlaces, state: HostState, fields: [UInt64], forms: [Int],
        openFields: Set<Int>, here: UInt64, length: Int
    ) {
        self.description = description
        self.places = places
        self.state = state
        self.fields = fields
        self.forms = forms
        self.openFields = openFields
        self.here = here
        self.length = UInt64(length)
    }

    private func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }

    private func combine(_ bits: UInt64, _ a: Value, _ b: Value) -> Value {
        Value(
            bits: bits, isKnown: a.isKnown && b.isKnown, isHidden: a.isHidden || b.isHidden,
            policy: a.policy ?? b.policy)
    }

    func constant(_ value: UInt64, width: Int) -> Value { Value(bits: value & mask(width)) }

    func field(_ field: FieldID, width: Int) -> Value {
        if !openFields.isEmpty, openFields.contains(field.index) { return Value(bits: 0, isKnown: false) }
        return Value(bits: (fields.indices.contains(field.index) ? fields[field.index] : 0) & mask(width))
    }

    func form(_ operand: OperandID, is form: Int) -> Value {
        Value(bits: (forms.indices.contains(operand.index) ? forms[operand.index] : 0) == form ? 1 : 0)
    }

    func argument(_ index: Int, width: Int) -> Value { Value(bits: 0, isKnown: false, isHidden: true) }

    func parameter(_ parameter: Parameter, width: Int) -> Value {
        switch parameter {
        case .here: return Value(bits: here & mask(width))
        case .next: return Value(bits: (here &+ length) & mask(width))
        case .length: return Value(bits: length)
        // Storage has no end here: what is mapped decides.
        case .size: return Value(bits: mask(width))
        case .origin, .extent: return Value(bits: 0, isKnown: false, isHidden: true)
        }
    }

    mutating func read(_ component: StateID, width: Int) -> Value { element(component, 0, width) }

    mutating func readElement(_ component: StateID, index: Value, width: Int) -> Value {
        guard index.isKnown else {
            prediction.reads.insertAll(places[component])
            return Value(bits: 0, isKnown: false, isHidden: index.isHidden || places[component] == .hidden)
        }
        guard index.bits < UInt64(description.state[component.index].count) else { return Value(bits: 0) }
        return element(component, index.bits, width)
    }

    private mutating func element(_ component: StateID, _ element: UInt64, _ width: Int) -> Value {
        let place = places[component]
        prediction.reads.insert(place, element: element, width: width, places)
        let index = Int(element)
        switch place {
        case .programCounter: return Value(bits: here & mask(width))
        case .general: return Value(bits: state.general(index) & mask(width))
        case .flags(let low):
            return Value(bits: (state.flags >> UInt64(low)) & mask(width) & (low == 0 ? places.statusBits : .max))
        case .fsBase: return Value(bits: state.fsBase)
        case .gsBase: return Value(bits: state.gsBase)
        case .statusWord: return Value(bits: UInt64(state.statusWord))
        case .controlWord: return Value(bits: UInt64(state.controlWord))
        case .mxcsr: return Value(bits: UInt64(state.mxcsr))
        case .keys: return Value(bits: UInt64(state.keys))
        case .selector: return Value(bits: UInt64(state.selector(index)))
        case .fixed(let value):
            return Value(bits: value & mask(width), policy: places.policyBits.contains(component) ? component : nil)
        // The file models only a part of them, so that their values in the file's sense are not known.
        case .vector, .mask, .x87, .tags, .storage: return Value(bits: 0, isKnown: false)
        case .hidden:
            return Value(
                bits: 0, isKnown: false, isHidden: true, policy: places.policyBits.contains(component) ? component : nil
            )
        }
    }

    mutating func load(_ storage: StateID, address: Value, guarded: Value?, width: Int) -> Value {
        if let guarded, guarded.isKnown, guarded.bits == 0 { return Value(bits: 0) }
        if address.isKnown {
            prediction.reads.addresses.append(address.bits)
        } else {
            prediction.leavesWindow = true
            prediction.readsAnywhere = true
        }
        // A byte stands for what the instruction reads from there on.
        return Value(bits: 0, isKnown: false, isHidden: address.isHidden)
    }

    func unary(_ operation: UnaryOperator, _ a: Value, width: Int) -> Value {
        var result = a
        result.bits = ConcreteArithmetic.unary(operation, a.bits, width: width)
        return result
    }

    func binary(
        _ operation: BinaryOperator, _ a: Value, _ b: Value, width: Int, operandWidth: Int, rightWidth: Int
    ) -> Value {
        let bits = ConcreteArithmetic.binary(
            operation, a.bits, b.bits, width: width, operandWidth: operandWidth, rightWidth: rightWidth)
        var result = combine(bits, a, b)
        // One side may decide alone.
        if operation == .and {
            if a.isKnown, a.bits == 0 { return Value(bits: 0, policy: result.policy) }
            if b.isKnown, b.bits == 0 { return Value(bits: 0, policy: result.policy) }
        } else if operation == .or {
            let all = mask(width)
            if a.isKnown, a.bits == all { return Value(bits: all, policy: result.policy) }
            if b.isKnown, b.bits == all { return Value(bits: all, policy: result.policy) }
        }
        if !result.isKnown { result.bits = 0 }
        return result
    }

    func select(_ condition: Value, then: Value, otherwise: Value, width: Int) -> Value {
        var result: Value
        if condition.isKnown {
            result = condition.bits != 0 ? then : otherwise
        } else {
            result = combine(0, then, otherwise)
            result.isKnown = false
            result.isHidden = result.isHidden || condition.isHidden
        }
        result.policy = result.policy ?? condition.policy
        return result
    }

    func extract(_ a: Value, low: Int, width: Int) -> Value {
        var result = a
        result.bits = ConcreteArithmetic.extract(a.bits, low: low, width: width)
        return result
    }

    func zeroExtend(_ a: Value, from: Int, to: Int) -> Value { a }

    func signExtend(_ a: Value, from: Int, to: Int) -> Value {
        var result = a
        result.bits = ConcreteArithmetic.signExtend(a.bits, from: from, to: to)
        return result
    }

    mutating func apply(_ function: FunctionID, _ arguments: [Value], width: Int) -> Value {
        switch description.functions[function.index].purpose {
        case .computation:
            return Value(bits: 0, isKnown: false, isHidden: arguments.contains(where: \.isHidden))
        case .translationAllows:
            // Linux maps the window for everything but execution, and nothing around it.
            let address = arguments[0]
            guard address.isKnown else { return Value(bits: 0, isKnown: false, isHidden: address.isHidden) }
            if isInside(address.bits) { return Value(bits: 1) }
            prediction.leavesWindow = true
            return Value(bits: 0, isKnown: false)
        case .translationAddress:
            return Value(
                bits: arguments[0].bits & mask(width), isKnown: arguments[0].isKnown, isHidden: arguments[0].isHidden)
        }
    }

    /// Not only the byte but what usually follows it.
    private func isInside(_ address: UInt64) -> Bool {
        address >= StateLayout.windowAddress + 64
            && address <= StateLayout.windowAddress + UInt64(StateLayout.windowSize) - 128
    }

    mutating func trap(_ trap: TrapID, when condition: Value, detail: Value?) -> Bool {
        if let policy = condition.policy { prediction.policy.insert(policy) }
        if condition.isKnown, condition.bits == 0 { return false }
        let kind = PredictedTrap(trap: trap, detail: detail.flatMap { $0.isKnown ? $0.bits : nil })
        if condition.isKnown {
            prediction.certain = kind
            return true
        }
        prediction.isChoiceHidden = prediction.isChoiceHidden || condition.isHidden
        prediction.possible.append(kind)
        return false
    }

    mutating func write(_ component: StateID, value: Value, guarded: Value?) {
        writes(component, element: 0, value, guarded)
    }

    mutating func writeElement(_ component: StateID, index: Value, value: Value, guarded: Value?) {
        if let guarded, guarded.isKnown, guarded.bits == 0 { return }
        guard index.isKnown else {
            prediction.writes.insertAll(places[component])
            if index.isHidden || value.isHidden { prediction.hidden.insertAll(places[component]) }
            return
        }
        writes(component, element: index.bits, value, guarded)
    }

    private mutating func writes(_ component: StateID, element: UInt64, _ value: Value, _ guarded: Value?) {
        if let guarded, guarded.isKnown, guarded.bits == 0 { return }
        let isCertain = guarded?.isKnown ?? true
        let place = places[component]
        let width = description.state[component.index].width
        if place == .programCounter {
            prediction.next = isCertain && value.isKnown ? value.bits : nil
            if value.isHidden || guarded?.isHidden == true { prediction.hidden.scalars.insert(.programCounter) }
            return
        }
        prediction.writes.insert(place, element: element, width: width, places)
        if value.isHidden || guarded?.isHidden == true {
            prediction.hidden.insert(place, element: element, width: width, places)
        }
        // Of two writes to one place the later stands.
        prediction.values.removeAll { $0.place == place && $0.element == Int(element) }
        if isCertain, value.isKnown {
            prediction.values.append(
                PredictedValue(place: place, element: Int(element), width: width, value: value.bits))
        }
    }

    mutating func store(_ storage: StateID, address: Value, value: Value, guarded: Value?) {
        if let guarded, guarded.isKnown, guarded.bits == 0 { return }
        if address.isKnown {
            prediction.writes.addresses.append(address.bits)
        } else {
            prediction.leavesWindow = true
            prediction.writesAnywhere = true
        }
        if value.isHidden || guarded?.isHidden == true { prediction.hidden.addresses.append(address.bits) }
    }
}
