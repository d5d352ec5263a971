/// Where a console's characters go.
public protocol ByteSink: AnyObject {
    func put(_ byte: UInt8) throws
    /// Nothing may be held back: somebody is to answer it, or the machine stops.
    func flush() throws
}
