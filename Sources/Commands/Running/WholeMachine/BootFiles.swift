import Images

extension WholeMachineRequest {
    /// Of a kernel and of an initial file system, in bytes.
    static let largestImage = 1 << 30

    /// Reads the files that the machine starts from, and puts them together for the loaders.
    ///
    /// - Parameter rsdp: where the board has put its ACPI tables' root pointer.
    func bootRequest(rsdp: UInt64?, in context: Context) throws -> BootRequest {
        guard let kernel else {
            throw Failure(.usage, "the machine has nothing to run", remedy: "give a kernel: -kernel FILE")
        }
        let image = try readFile(Path.join(context.folder, kernel), what: "the kernel", limit: Self.largestImage)
        let modules: [BootModule] = try initrd.map { text in
            let files = BootPlan.takesModules(image) ? try WholeMachineRequest.modules(text) : [(path: text, words: "")]
            return try files.map { file in
                let bytes = try readFile(
                    Path.join(context.folder, file.path), what: "the initial file system", limit: Self.largestImage)
                return BootModule(bytes, arguments: file.words)
            }
        } ?? []
        return BootRequest(
            image: image, imageName: kernel, modules: modules, commandLine: append, storage: storage,
            processors: processors, rsdp: rsdp, bootProtocol: bootProtocol, flatMode: flatMode, flatBase: base)
    }

    /// The machine's start, or a failure that names the file.
    func bootPlan(rsdp: UInt64?, in context: Context) throws -> BootPlan {
        let request = try bootRequest(rsdp: rsdp, in: context)
        do {
            return try BootPlan(request)
        } catch {
            throw Failure(
                error.fault == .image ? .badInput : .usage, "cannot boot \(quoted(kernel ?? "")): \(error.cause)",
                remedy: error.remedy)
        }
    }

    /// QEMU's list for Multiboot: files with commas between them, a comma within a name twice; what follows a file
    /// after a blank are the module's words. They begin with the file's name, as a kernel's do.
    static func modules(_ text: String) throws -> [(path: String, words: String)] {
        try DriveOption.settings(text).map { part in
            guard let path = part.split(separator: " ").first.map(String.init) else {
                throw Failure(.usage, "-initrd \(quoted(text)): a module has no file",
                    remedy: "give \"FILE WORDS,FILE WORDS\"; a comma within a name is written twice")
            }
            return (path, String(part.drop { $0 == " " }))
        }
    }
}
