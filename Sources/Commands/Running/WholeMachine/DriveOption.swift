/// QEMU's `-drive`: settings with commas between them, a comma within a value written twice.
enum DriveOption {
    static func parse(_ text: String) throws -> WholeMachineRequest.Drive {
        var path: String?
        var isReadOnly = false
        for part in settings(text) {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard words.count == 2 else {
                throw Failure(.usage, "-drive \(quoted(text)): \(quoted(part)) is no NAME=VALUE",
                    remedy: "give -drive file=FILE,format=raw; a comma in a file's name is written twice")
            }
            switch words[0] {
            case "file": path = words[1]
            case "format":
                guard words[1] == "raw" else {
                    throw Failure(.usage, "-drive \(quoted(text)): images of format \(quoted(words[1])) are not read",
                        remedy: "convert it: qemu-img convert -O raw IMAGE disk.img; "
                            + "then -drive file=disk.img,format=raw")
                }
            case "readonly", "read-only": isReadOnly = try flag(words[1], in: text)
            case "if":
                guard ["none", "nvme"].contains(words[1]) else {
                    throw Failure(.usage, "-drive \(quoted(text)): the machine has no \(quoted(words[1])), only NVMe",
                        remedy: "leave if= out; Debian's kernels call the disk /dev/nvme0n1")
                }
            case "media":
                guard words[1] == "disk" else {
                    throw Failure(.usage, "-drive \(quoted(text)): the machine has disks only, no \(quoted(words[1]))",
                        remedy: "give the image as a disk, without media=; add readonly=on")
                }
            // They say how QEMU reaches the file, or what to call the drive; nothing depends on them here.
            case "id", "cache", "aio", "index", "discard", "detect-zeroes": break
            default:
                throw Failure(.usage, "-drive \(quoted(text)): the setting \(quoted(words[0])) is not known here",
                    remedy: remedy(
                        for: words[0], among: ["file", "format", "readonly", "if", "media", "id"],
                        otherwise: "give file, format and readonly"))
            }
        }
        guard let path, !path.isEmpty else {
            throw Failure(.usage, "-drive \(quoted(text)) names no file", remedy: "give -drive file=FILE,format=raw")
        }
        return WholeMachineRequest.Drive(path: path, isReadOnly: isReadOnly)
    }

    private static func flag(_ value: String, in text: String) throws -> Bool {
        switch value {
        case "on", "yes", "true": return true
        case "off", "no", "false": return false
        default:
            throw Failure(.usage, "-drive \(quoted(text)): readonly is on or off, not \(quoted(value))",
                remedy: "give readonly=on")
        }
    }

    /// Cut at single commas; two stand for one.
    static func settings(_ text: String) -> [String] {
        var parts = [""]
        var characters = text[...]
        while let character = characters.popFirst() {
            if character != "," {
                parts[parts.count - 1].append(character)
            } else if characters.first == "," {
                characters.removeFirst()
                parts[parts.count - 1].append(",")
            } else {
                parts.append("")
            }
        }
        return parts
    }
}
