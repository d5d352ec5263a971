import Machine

/// Which device answers at a port. What nobody answers reads as all ones, as a bus does that nobody drives.
struct PortSpace {
    private struct Claim {
        var device: any BusDevice
        var first: UInt16
        var count: UInt16
        /// The widest access that reaches the device in one piece; wider ones come as bytes, as the bus cuts them.
        var width: Int
    }

    private var claims: [Claim] = []
    /// By port: the claim's number, less one; 0: nobody's.
    private var owners = [UInt8](repeating: 0, count: 65_536)

    mutating func claim(_ first: UInt16, count: UInt16, width: Int = 1, _ device: any BusDevice) {
        claims.append(Claim(device: device, first: first, count: count, width: width))
        for port in first..<first + count { owners[Int(port)] = UInt8(claims.count) }
    }

    private func owner(_ port: UInt16) -> Claim? {
        let number = Int(owners[Int(port)])
        return number == 0 ? nil : claims[number - 1]
    }

    func read(_ port: UInt16, width: Int) -> UInt64 {
        if let claim = owner(port), reaches(claim, port, width) {
            return claim.device.read(UInt64(port - claim.first), width: width) & .allOnes(width: width)
        }
        guard width > 1 else { return 0xFF }
        return (0..<width).reduce(0) { value, index in
            value | read(port &+ UInt16(index), width: 1) << UInt64(8 * index)
        }
    }

    func write(_ port: UInt16, width: Int, value: UInt64) {
        if let claim = owner(port), reaches(claim, port, width) {
            claim.device.write(UInt64(port - claim.first), width: width, value: value & .allOnes(width: width))
        } else if width > 1 {
            for index in 0..<width { write(port &+ UInt16(index), width: 1, value: value >> UInt64(8 * index)) }
        }
    }

    private func reaches(_ claim: Claim, _ port: UInt16, _ width: Int) -> Bool {
        width == 1 || width <= claim.width && Int(port - claim.first) + width <= Int(claim.count)
    }
}
