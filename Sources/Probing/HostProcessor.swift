import CHostProbe

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What is known of the processor that this program runs on and of the system's choices for user code.
public struct HostProcessor: Sendable {
    public enum Vendor: String, Sendable {
        case intel = "Intel"
        case amd = "AMD"
        case other
    }

    public var vendor: Vendor
    /// The model's name as CPUID says it.
    public var model: String
    /// The names that Linux has for what the processor can do and the system allows; ISA files use the same.
    public var features: Set<String>
    /// State components that the system keeps, by their bits in XCR0.
    public var xcr0: UInt64
    public var isVirtual: Bool { features.contains("hypervisor") }

    /// Where a state component lies in an XSAVE area, nil where there is none.
    public func offset(ofComponent component: Int) -> Int? {
        guard xcr0 >> UInt64(component) & 1 == 1 else { return nil }
        let place = Int(cpuid(0xD, UInt32(component)).1)
        return place == 0 ? nil : place
    }

    /// RDFSBASE and its relatives are on.
    public var usesBases: Bool { trapline_probe_capabilities() & 2 != 0 }

    public init() {
        let name = cpuid(0, 0)
        switch name.1 {
        case 0x756E_6547: vendor = .intel
        case 0x6874_7541, 0x6F67_7948: vendor = .amd
        default: vendor = .other
        }
        var bytes: [UInt8] = []
        for leaf in UInt32(0x8000_0002)...0x8000_0004 where cpuid(0x8000_0000, 0).0 >= leaf {
            let words = cpuid(leaf, 0)
            for word in [words.0, words.1, words.2, words.3] {
                for shift in stride(from: UInt32(0), to: 32, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: word >> shift))
                }
            }
        }
        model = String(decoding: bytes.filter { $0 >= 0x20 }, as: UTF8.self).split(separator: " ").joined(
            separator: " ")
        features = Set(HostProcessor.featureNames())
        xcr0 = cpuid(1, 0).2 >> 27 & 1 == 1 ? trapline_probe_xcr0() : 3
    }

    /// Linux writes underscores for points, and has old names for some.
    static func spelling(_ requirement: String) -> String {
        let name = String(requirement.lowercased().map { $0 == "." ? "_" : $0 })
        return ["sse3": "pni", "lzcnt": "abm", "cmpxchg16b": "cx16", "sysenter": "sep", "sha": "sha_ni"][name] ?? name
    }

    private static func featureNames() -> [String] {
        guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1 << 14)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            guard text.hasPrefix("flags") else { continue }
            return text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" }).dropFirst(2).map(String.init)
        }
        return []
    }
}

/// EAX, EBX, ECX, EDX.
func cpuid(_ leaf: UInt32, _ subleaf: UInt32) -> (UInt32, UInt32, UInt32, UInt32) {
    var words: [UInt32] = [0, 0, 0, 0]
    trapline_probe_cpuid(leaf, subleaf, &words)
    return (words[0], words[1], words[2], words[3])
}

/// What the host answers to a question of an ISA file about a control component.
public struct HostPolicy: Sendable {
    /// By the component's name. A component that is not here is unknown: user code cannot ask for it.
    public var values: [String: UInt64]
    /// The kernel answers SGDT, SIDT, SLDT, SMSW and STR with numbers of its own.
    public var emulatesTables: Bool

    /// `emulatesTables` and `refusesTables` are what SGDT did.
    public init(_ processor: HostProcessor, refusesTables: Bool, emulatesTables: Bool) {
        self.emulatesTables = emulatesTables
        let extended = cpuid(7, 0).2
        values = [
            // Linux runs user code so, and lets it change nothing of it.
            "cpl": 3, "interrupt-flag": 1, "iopl": 0, "vif-vip": 0, "rf": 0,
            "em": 0, "ts": 0, "mp": 1, "osfxsr": 1, "pvi": 0, "idle": 0,
            "osxsave": UInt64(cpuid(1, 0).2 >> 27 & 1), "xcr0": processor.xcr0,
            "umip": refusesTables ? 1 : 0,
            "tsd": trapline_probe_may_read_time() != 0 ? 0 : 1,
            "fsgsbase": processor.usesBases ? 1 : 0,
            "pke": UInt64(extended >> 4 & 1),
            "cpuid-faulting": trapline_probe_may_identify() != 0 ? 0 : 1,
            "sce": 1, "amd": processor.vendor == .amd ? 1 : 0, "vmxe": 0, "open-ports": 0, "xfd": 0,
        ]
        // Reading performance counters is a process's own choice unless the administrator allows it to all.
        if let choice = HostPolicy.counterChoice() { values["pce"] = choice == 2 ? 1 : 0 }
    }

    private static func counterChoice() -> Int? {
        for name in ["cpu", "cpu_core"] {
            guard let file = fopen("/sys/bus/event_source/devices/\(name)/rdpmc", "r") else { continue }
            defer { fclose(file) }
            let character = fgetc(file)
            if character >= 48, character < 58 { return Int(character) - 48 }
        }
        return nil
    }
}
