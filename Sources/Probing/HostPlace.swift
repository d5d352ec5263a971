import ISALanguage

/// What a component of an ISA file is on the host's processor.
enum HostPlace: Hashable, Sendable {
    case programCounter
    /// r[16].
    case general
    /// Bits of RFLAGS, from this one on.
    case flags(low: Int)
    case fsBase, gsBase
    /// v[32], of which the file models 64 bits; k[8].
    case vector, mask
    /// st[8], by the registers' own numbers.
    case x87
    case controlWord, statusWord, tags, mxcsr, keys
    /// selector[6]: ES CS SS DS FS GS.
    case selector
    case storage
    /// It stays as it is while instructions are probed, and what it is is known.
    case fixed(UInt64)
    /// Nothing is known of it, or it changes by itself: what depends on it cannot be predicted.
    case hidden
}

/// The components of one machine, by `StateID`.
struct HostPlaces: Sendable {
    let places: [HostPlace]
    /// The bits of RFLAGS that `flags` stands for.
    let statusBits: UInt64
    let programCounter: StateID?
    let policyBits: Set<StateID>

    private static let names: [String: HostPlace] = [
        "r": .general, "fs-base": .fsBase, "gs-base": .gsBase, "v": .vector, "k": .mask, "st": .x87,
        "fpcw": .controlWord, "fpsw": .statusWord, "fptag": .tags, "mxcsr": .mxcsr, "pkru": .keys,
        "selector": .selector, "flags": .flags(low: 0), "df": .flags(low: 10), "id": .flags(low: 21),
        "ac": .flags(low: 18), "tf": .flags(low: 8), "nt": .flags(low: 14),
    ]

    init(_ description: MachineDescription, _ policy: HostPolicy) {
        var places: [HostPlace] = []
        var statusBits: UInt64 = 0
        var programCounter: StateID?
        for (index, component) in description.state.enumerated() {
            switch component.role {
            case .pc:
                places.append(.programCounter)
                programCounter = StateID(index)
            case .storage: places.append(.storage)
            case .time: places.append(.hidden)
            default:
                if let place = HostPlaces.names[component.name] {
                    places.append(place)
                    if place == .flags(low: 0) {
                        for field in component.subFields { statusBits |= HostPlaces.bits(field) }
                    }
                } else if let value = policy.values[component.name] {
                    places.append(.fixed(value))
                } else {
                    places.append(.hidden)
                }
            }
        }
        self.places = places
        self.statusBits = statusBits
        self.programCounter = programCounter
        policyBits = Set(description.state.indices.filter { description.state[$0].isPolicy }.map(StateID.init))
    }

    private static func bits(_ field: SubField) -> UInt64 {
        (field.high - field.low >= 63 ? .max : (1 << UInt64(field.high - field.low + 1)) - 1) << UInt64(field.low)
    }

    subscript(component: StateID) -> HostPlace { places[component.index] }

    /// The bits of RFLAGS that a component with this place and width has.
    func bits(low: Int, width: Int) -> UInt64 {
        low == 0 ? statusBits : ((1 << UInt64(width)) - 1) << UInt64(low)
    }
}

/// Places on the host, as a set.
struct Footprint: Hashable, Sendable {
    var general: UInt16 = 0
    /// Bits of RFLAGS.
    var flags: UInt64 = 0
    var vectors: UInt32 = 0
    var masks: UInt8 = 0
    var x87: UInt8 = 0
    var selectors: UInt8 = 0
    var scalars: Scalars = []
    /// The first bytes of what is accessed in storage.
    var addresses: [UInt64] = []

    struct Scalars: OptionSet, Hashable, Sendable {
        var rawValue: UInt16
        static let fsBase = Scalars(rawValue: 1)
        static let gsBase = Scalars(rawValue: 2)
        static let controlWord = Scalars(rawValue: 4)
        static let statusWord = Scalars(rawValue: 8)
        static let tags = Scalars(rawValue: 16)
        static let mxcsr = Scalars(rawValue: 32)
        static let keys = Scalars(rawValue: 64)
        static let programCounter = Scalars(rawValue: 128)
    }

    mutating func insert(_ place: HostPlace, element: UInt64, width: Int, _ places: HostPlaces) {
        switch place {
        case .general: if element < 16 { general |= 1 << UInt16(element) }
        case .flags(let low): flags |= places.bits(low: low, width: width)
        case .vector: if element < 32 { vectors |= 1 << UInt32(element) }
        case .mask: if element < 8 { masks |= 1 << UInt8(element) }
        case .x87: if element < 8 { x87 |= 1 << UInt8(element) }
        case .selector: if element < 6 { selectors |= 1 << UInt8(element) }
        case .fsBase: scalars.insert(.fsBase)
        case .gsBase: scalars.insert(.gsBase)
        case .controlWord: scalars.insert(.controlWord)
        case .statusWord: scalars.insert(.statusWord)
        case .tags: scalars.insert(.tags)
        case .mxcsr: scalars.insert(.mxcsr)
        case .keys: scalars.insert(.keys)
        case .programCounter: scalars.insert(.programCounter)
        case .storage, .fixed, .hidden: break
        }
    }

    /// All elements of an array: of an index that is not known.
    mutating func insertAll(_ place: HostPlace) {
        switch place {
        case .general: general = .max
        case .vector: vectors = .max
        case .mask: masks = .max
        case .x87: x87 = .max
        case .selector: selectors = 0x3F
        default: break
        }
    }
}
