/// A clock that ticks so many times a second, beside a time in nanoseconds. Both directions are exact, so that no
/// rounding adds up however a run is cut into pieces.
struct TickRate {
    private static let second: UInt64 = 1_000_000_000

    /// Below a thousand million.
    let hertz: UInt64

    init(hertz: UInt64) { self.hertz = hertz }

    /// The 8254's clock in a PC: a third of the colour carrier.
    static let intervalTimer = TickRate(hertz: 1_193_182)
    /// The ACPI timer's (ACPI 6.4, 4.8.3.3).
    static let powerTimer = TickRate(hertz: 3_579_545)
    /// The clock chip's crystal.
    static let clockCrystal = TickRate(hertz: 32_768)

    /// How many ticks have passed at a time.
    func ticks(at time: UInt64) -> UInt64 {
        Self.second.dividingFullWidth(time.multipliedFullWidth(by: hertz)).quotient
    }

    /// The first moment at which so many ticks have passed; `.max` where time does not reach.
    func time(ofTick tick: UInt64) -> UInt64 {
        let product = tick.multipliedFullWidth(by: Self.second)
        guard product.high < hertz else { return .max }
        let (quotient, remainder) = hertz.dividingFullWidth(product)
        return remainder == 0 ? quotient : quotient &+ 1
    }
}

extension UInt64 {
    /// The sum; `.max`, which stands for "never", where there is none.
    func saturatingSum(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// Ones in the low bytes of a width.
    static func allOnes(width: Int) -> UInt64 { width >= 8 ? .max : (1 << UInt64(8 * width)) &- 1 }
}
