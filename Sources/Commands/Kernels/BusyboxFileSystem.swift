import Images

/// The initial file system of a Linux guest: busybox under all its names, and an `/init` that brings up a shell on the
/// console, or runs one command, and then switches the machine off.
struct BusyboxFileSystem {
    let busybox: [UInt8]

    /// A cpio archive, packed with gzip.
    func packed() throws -> [UInt8] {
        do {
            return try Compression.gzipped(archive.bytes)
        } catch {
            throw Failure(.internalFault, "cannot pack the initial file system: \(error.cause)")
        }
    }

    var archive: CpioArchive {
        var archive = CpioArchive()
        for folder in ["bin", "dev", "etc", "mnt", "proc", "root", "run", "sys"] { archive.add(folder: folder) }
        archive.add(folder: "tmp", permissions: 0o1777)
        // The kernel opens the console for init before init can mount /dev.
        archive.add(device: "dev/console", major: 5, minor: 1)
        archive.add(device: "dev/null", major: 1, minor: 3, permissions: 0o666)
        archive.add(file: "init", Array(BusyboxFileSystem.initScript.utf8), permissions: 0o755)
        archive.add(file: "bin/busybox", busybox, permissions: 0o755)
        for name in appletNames where name != "busybox" && name != "init" {
            archive.add(link: "bin/\(name)", to: "busybox")
        }
        return archive
    }

    /// The names that busybox answers to. It keeps them sorted, one after the other, the first of them "[" and "[[":
    /// reading them there works on hosts that cannot execute the program.
    var appletNames: [String] {
        let mark = Array("[\0[[\0".utf8)
        guard let start = busybox.withUnsafeBufferPointer({ buffer in
            (1..<max(1, buffer.count - mark.count)).first { place in
                buffer[place] == mark[0] && buffer[place - 1] == 0
                    && mark.indices.allSatisfy { buffer[place + $0] == mark[$0] }
            }
        }) else { return [] }
        var names: [String] = []
        for part in busybox[start...].prefix(1 << 16).split(separator: 0, omittingEmptySubsequences: false) {
            let name = String(decoding: part, as: UTF8.self)
            let isPlain = part.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F }
            guard isPlain, !name.isEmpty, names.last.map({ $0 < name }) ?? true else { break }
            names.append(name)
        }
        return names
    }

    /// `trapline.run=CMD`, or `trapline.run="CMD WITH WORDS"`, among the kernel's words is run instead of the shell.
    static let initScript = """
        #!/bin/busybox sh
        # The first process: mounts what programs expect, runs a shell or the command of the kernel's command line
        # (trapline.run=...), and switches the machine off when it ends.
        export PATH=/bin HOME=/root TERM="${TERM:-vt100}"
        [ -e /bin/mount ] || /bin/busybox --install -s /bin
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t devtmpfs devtmpfs /dev
        cd /root
        words=$(cat /proc/cmdline)
        command=
        case " $words" in
        *' trapline.run="'*)
            command=${words#*trapline.run=?}
            command=${command%%'"'*}
            ;;
        *' trapline.run='*)
            command=${words#*trapline.run=}
            command=${command%% *}
            ;;
        esac
        if [ -n "$command" ]; then
            sh -c "$command"
            echo "trapline: the command ended with status $?"
        else
            echo "Linux $(uname -r) is up. 'exit' or Ctrl-D switches the machine off."
            # A session of its own on the real console, so that Ctrl-C and job control work.
            setsid cttyhack sh
        fi
        sync
        poweroff -f

        """
}
