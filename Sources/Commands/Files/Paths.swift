#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Paths as text. Nothing here asks the file system, except where it says so.
enum Path {
    /// `folder/name`; an absolute name stands alone.
    static func join(_ folder: String, _ name: String) -> String {
        if name.hasPrefix("/") || folder.isEmpty { return name }
        return folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// Everything before the last `/`; `.` where there is none, `/` for the root.
    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func lastName(_ path: String) -> String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }

    /// The last name without its extension.
    static func stem(_ path: String) -> String {
        let name = lastName(path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// The folder that the process works in, from the system.
    static func currentFolder() -> String {
        guard let text = getcwd(nil, 0) else { return "." }
        defer { free(text) }
        return String(cString: text)
    }

    /// The running executable, from the system; nil where it does not tell.
    static func executable() -> String? {
        guard let text = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
