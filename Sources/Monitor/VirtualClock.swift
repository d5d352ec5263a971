import ISALanguage
import Machine

/// The guest's time. It counts the guest's completed instructions, directly executed and interpreted alike,
/// so that an interval timer expires at the same instruction as on the bare machine. A direct run is cut
/// short where a timer of the guest expires; interpreted instructions count by the virtualised `tick`.
struct VirtualClock {
    let virtualised: VirtualisedMachine

    /// At most this many instructions may run directly before something expires.
    func deadline(_ state: GuestState) -> UInt64 {
        var least = UInt64.max
        for clock in virtualised.clocks {
            let left = state.read(clock.saved, element: 0)
            if left > 0 { least = min(least, left) }
        }
        return least
    }

    /// Shows the guest's time on the real clock: an instruction that reads it there reads what it should.
    func show(_ state: GuestState) {
        for clock in virtualised.clocks where state[real: clock.real] != state.read(clock.saved, element: 0) {
            state[real: clock.real] = state.read(clock.saved, element: 0)
        }
    }

    /// Takes over what the real clock counted, and raises in the guest what expired meanwhile.
    func collect(_ state: GuestState) {
        for clock in virtualised.clocks {
            let before = state.read(clock.saved, element: 0)
            let now = state[real: clock.real]
            guard before != now else { continue }
            state.write(clock.saved, element: 0, value: now)
            guard now == 0, let expires = virtualised.machine.state[clock.saved.index].expires else { continue }
            state.write(expires, element: 0, value: 1)
        }
    }
}
