#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One line of `trapline doctor`.
struct HostFinding {
    enum State {
        case present
        /// Useful, not needed.
        case absent
        /// Needed.
        case missing

        var mark: String {
            switch self {
            case .present: return "ok"
            case .absent: return "-"
            case .missing: return "MISSING"
            }
        }
    }

    var state: State
    var subject: String
    var found: String
    var remedy = ""
}

/// What this host offers to Trapline.
struct HostExamination {
    let context: Context

    init(_ context: Context) { self.context = context }

    func findings() -> [HostFinding] {
        [version, machines, folder, processors, memory] + tools
    }

    private var version: HostFinding {
        HostFinding(state: .present, subject: "trapline", found: traplineVersion)
    }

    private var machines: HostFinding {
        let catalogue = MachineCatalogue(context)
        guard let place = catalogue.roots.first(where: { !catalogue.names(in: [$0]).isEmpty }) else {
            return HostFinding(
                state: .missing, subject: "ISA files", found: "none found",
                remedy: "set TRAPLINE_ISA to the folder that holds them")
        }
        return HostFinding(
            state: .present, subject: "ISA files", found: "\(catalogue.names(in: [place]).count) machines in \(place)")
    }

    private var folder: HostFinding {
        let isWritable = access(context.folder, W_OK) == 0
        return HostFinding(
            state: isWritable ? .present : .absent, subject: "current folder",
            found: isWritable ? "writable" : "not writable",
            remedy: isWritable ? "" : "needed for 'new', 'asm' and --certificates only")
    }

    private var processors: HostFinding {
        let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return HostFinding(state: .present, subject: "processors", found: "\(max(1, count))")
    }

    private var memory: HostFinding {
        let bytes = UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES)))) &* UInt64(max(0, sysconf(Int32(_SC_PAGESIZE))))
        let mebibytes = bytes >> 20
        let isEnough = mebibytes >= 512
        return HostFinding(
            state: isEnough ? .present : .missing, subject: "memory", found: "\(mebibytes) MiB",
            remedy: isEnough ? "" : "checking large machines takes up to 512 MiB")
    }

    /// Programs that tests and the curious use; Trapline itself starts none of them.
    private var tools: [HostFinding] {
        let wanted: [(program: String, purpose: String, package: String)] = [
            ("z3", "a second opinion on exported formulas, in tests", "z3"),
            ("cvc5", "a second opinion on exported formulas, in tests", "cvc5"),
            ("pdp10", "the yardstick of 'make bench'", "simh"),
            ("swift", "building Trapline itself", ""),
        ]
        return wanted.map { tool in
            if let path = executable(named: tool.program) {
                return HostFinding(state: .present, subject: tool.program, found: path)
            }
            let remedy = tool.package.isEmpty ? "see swift.org" : "apt-get install \(tool.package)"
            return HostFinding(state: .absent, subject: tool.program, found: tool.purpose, remedy: remedy)
        }
    }

    private func executable(named name: String) -> String? {
        for folder in (context.environment["PATH"] ?? "").split(separator: ":") {
            let path = Path.join(String(folder), name)
            if kind(ofPath: path) == .file, access(path, X_OK) == 0 { return path }
        }
        return nil
    }
}
