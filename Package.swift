// swift-tools-version: 6.1
// Trapline: one module a concern; the edges below are the architecture
// (Docs/Architecture.md) and Tests/ArchitectureTests checks every import against them.
import PackageDescription

// Handlers of micro-ops jump to each other and have no frame. A pointer to one, which the package manager asks the
// compilers for, costs each of them four instructions, and twelve where a slow path calls something: Docs/Design.
let withoutFrames: [CSetting] = [.unsafeFlags(["-Xclang", "-mframe-pointer=none"], .when(configuration: .release))]
let chained: [SwiftSetting] = [
    // Of functions that are nearly the same the compiler makes one that the others call: calls, where jumps have to be.
    .unsafeFlags(
        [
            "-Xcc", "-Xclang", "-Xcc", "-mframe-pointer=none", "-enforce-exclusivity=unchecked", "-Xllvm",
            "-swiftmergefunc-threshold=0",
        ],
        .when(configuration: .release))
]

let package = Package(
    name: "trapline",
    products: [
        .executable(name: "trapline", targets: ["trapline"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // The contract and the language: they import nothing.
        .target(name: "Machine"),
        .target(name: "ISALanguage"),
        .target(name: "Certificates"),
        .target(name: "OpcodeNotation"),

        // The SAT solver, behind a C interface that can write its proof.
        .target(name: "CCaDiCaL", linkerSettings: [.linkedLibrary("cadical"), .linkedLibrary("m")]),

        // YAML, behind a C interface without unions, and the access tables that are written in it.
        .target(name: "CYAML", linkerSettings: [.linkedLibrary("yaml")]),
        .target(name: "AccessTables", dependencies: ["CYAML"]),

        // Deciding.
        .target(name: "Virtualizability", dependencies: ["ISALanguage", "Certificates", "CCaDiCaL"],
            // A term graph is asked for its parts a hundred million times, and no two threads ever share one: each
            // access need not be checked for another one under way at the same time.
            swiftSettings: [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]),

        // Asking the host's processor: a signal handler and a filter of system calls in C, everything else beside it.
        .target(name: "CHostProbe"),
        .target(name: "Probing", dependencies: ["ISALanguage", "OpcodeNotation", "CHostProbe"]),

        // Running.
        .target(name: "ToyCore", dependencies: ["Machine", "ISALanguage"]),
        // The host's x87 and conversions for the guest's arithmetic: inline functions of assembly.
        .target(name: "CHostArithmetic"),
        // The host's vector instructions, one function each.
        .target(name: "CHostVector", cSettings: withoutFrames),
        .target(
            name: "X86Core",
            dependencies: ["Machine", "ISALanguage", "OpcodeNotation", "CHostArithmetic", "CHostVector"],
            swiftSettings: chained),
        .target(name: "Monitor", dependencies: ["Machine", "ISALanguage"]),
        .target(name: "Paravirt", dependencies: ["Machine", "ISALanguage", "Monitor"]),
        .target(name: "Devices", dependencies: ["Machine"]),

        // A PC: processors, storage and board, started from a boot plan.
        .target(name: "WholeMachine", dependencies: ["Machine", "X86Core", "Devices", "Images"]),

        // Debian's compression libraries, and what a file is.
        .systemLibrary(name: "CCompression"),
        .target(name: "Images", dependencies: ["Machine", "CCompression"]),

        // Looking for instructions in programs.
        .target(name: "Scanning", dependencies: ["ISALanguage", "Images", "OpcodeNotation"]),

        // A second opinion on what instructions there are.
        .systemLibrary(name: "CCapstone"),
        .target(name: "Disassembly", dependencies: ["ISALanguage", "OpcodeNotation", "CCapstone"]),

        // Going back, and stepping through traps.
        .target(name: "Debugging", dependencies: ["Machine"]),
        .target(
            name: "Classroom",
            dependencies: ["Machine", "ISALanguage", "Monitor", "Devices", "Debugging"]),

        // The commands are a library, so that tests can call them.
        .target(
            name: "Commands",
            dependencies: [
                "Machine", "ISALanguage", "Certificates", "Virtualizability", "ToyCore", "Monitor",
                "Paravirt", "Devices", "Images", "X86Core", "WholeMachine", "Probing", "Scanning", "Disassembly", "AccessTables",
                "Debugging", "Classroom",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "trapline", dependencies: ["Commands"]),

        // What `make bench` measures inside a process.
        .executableTarget(
            name: "Benchmarks", dependencies: ["Machine", "ISALanguage", "ToyCore"], path: "Tests/Benchmarks/Reference"),

        .testTarget(name: "ISALanguageTests", dependencies: ["ISALanguage"], exclude: ["Fixtures"]),
        .testTarget(name: "OpcodeNotationTests", dependencies: ["OpcodeNotation"]),
        .testTarget(name: "ProbingTests", dependencies: ["Probing", "ISALanguage"]),
        .testTarget(name: "CertificatesTests", dependencies: ["Certificates", "CCaDiCaL"]),
        .testTarget(name: "VirtualizabilityTests", dependencies: ["Virtualizability"]),
        .testTarget(name: "ToyCoreTests", dependencies: ["ToyCore", "Devices"]),
        .testTarget(
            name: "X86CoreTests", dependencies: ["X86Core", "ISALanguage", "Machine", "OpcodeNotation", "CHostVector"]),
        // The core and the host's processor, side by side.
        .testTarget(
            name: "HostComparisonTests",
            dependencies: ["X86Core", "Probing", "ISALanguage", "OpcodeNotation", "Machine", "CHostProbe"]),
        .testTarget(
            name: "MonitorTests",
            dependencies: ["Machine", "ISALanguage", "Monitor", "Paravirt", "ToyCore", "Devices", "Virtualizability"]),
        .testTarget(name: "CommandsTests", dependencies: ["Commands", "Classroom", "trapline"], exclude: ["Golden", "Fixtures", "Schemas"]),
        .testTarget(name: "ImagesTests", dependencies: ["Images", "CCompression"]),
        .testTarget(name: "ScanningTests", dependencies: ["Scanning", "ISALanguage", "Images", "OpcodeNotation"]),
        .testTarget(name: "DisassemblyTests", dependencies: ["Disassembly"]),
        .testTarget(name: "DevicesTests", dependencies: ["Devices", "Machine"]),
        .testTarget(
            name: "WholeMachineTests", dependencies: ["WholeMachine", "X86Core", "Devices", "Images", "Machine"]),
        .testTarget(name: "DebuggingTests", dependencies: ["Debugging", "Machine"]),
        .testTarget(
            name: "ClassroomTests",
            dependencies: ["Classroom", "Debugging", "ToyCore", "Monitor", "ISALanguage", "Machine", "Devices"]),
        .testTarget(name: "ArchitectureTests"),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
