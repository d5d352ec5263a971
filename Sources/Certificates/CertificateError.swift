/// Why a certificate folder, or one of its files, was not accepted or could not be written.
///
/// The first line of `description` is the cause with file, place and the value seen, the second the remedy.
public struct CertificateError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        case unreadable, unwritable, emptyFolder, notCertificates
        case malformed, tooLarge
        case missingFile, extraFile, hashMismatch
        case wrongClaim, missingClaim, proofRejected, verdictMismatch, differsFromDescription
        case interrupted
    }

    public enum Position: Equatable, Sendable {
        case whole
        /// Counted from 1.
        case line(Int)
        /// In bytes from the start of the file, counted from 0.
        case offset(Int)
    }

    public var kind: Kind
    /// The file's name inside the folder, or the folder's path.
    public var file: String
    public var position: Position
    public var cause: String
    public var remedy: String

    public init(_ kind: Kind, file: String, at position: Position = .whole, _ cause: String, remedy: String? = nil) {
        self.kind = kind
        self.file = file
        self.position = position
        self.cause = cause
        self.remedy = remedy ?? kind.usualRemedy
    }

    public var description: String {
        switch position {
        case .whole: "\(file): \(cause)\n\(remedy)"
        case .line(let line): "\(file):\(line): \(cause)\n\(remedy)"
        case .offset(let offset): "\(file): at byte \(offset): \(cause)\n\(remedy)"
        }
    }
}

extension CertificateError.Kind {
    fileprivate var usualRemedy: String {
        switch self {
        case .unreadable: "Check that the path is right and that you may read it."
        case .unwritable: "Check that the disk has room and that you may write there."
        case .emptyFolder, .notCertificates: "Name a folder that a check with --certificates wrote."
        case .tooLarge: "The file is larger than any certificate this version writes; write the folder anew."
        case .differsFromDescription: "Write the folder anew from this description, or name the one it came from."
        case .interrupted: "Start the verification again; nothing was changed."
        case .malformed, .missingFile, .extraFile, .hashMismatch, .wrongClaim, .missingClaim, .proofRejected,
            .verdictMismatch:
            "Do not trust this folder; write it anew with a check."
        }
    }
}
