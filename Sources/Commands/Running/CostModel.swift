/// An estimate of what a monitor costs, from three numbers: cycles for an instruction that runs
/// directly, for an exit to a monitor and back, and for an instruction that a monitor interprets.
/// It is an estimate for comparing monitors, not a measurement of any machine.
struct CostModel {
    var direct: Double
    var exit: Double
    var interpreted: Double

    /// `DIRECT,EXIT,INTERPRETED`, each a number not below 0, the first above 0.
    init(parsing text: String) throws {
        let values = text.split(separator: ",", omittingEmptySubsequences: false).map { Double(String($0)) }
        guard values.count == 3, let direct = values[0], let exit = values[1], let interpreted = values[2],
            direct > 0, exit >= 0, interpreted >= 0, direct.isFinite, exit.isFinite, interpreted.isFinite
        else {
            throw Failure(.usage, "--cost \(quoted(text)) is not three numbers",
                remedy: "give cycles per direct instruction, per exit, per interpreted instruction: --cost 1,1500,40")
        }
        self.direct = direct
        self.exit = exit
        self.interpreted = interpreted
    }

    /// What one level's monitor did.
    struct Counts {
        var exits: UInt64
        var interpreted: UInt64
    }

    /// Cycles under monitors, over cycles of the same guest on the bare machine. `completed` are the
    /// guest's instructions; `direct` those that no monitor interpreted; every level's exits and
    /// interpreted instructions count, for each is work that the real processor does.
    func slowdown(completed: UInt64, direct directCount: UInt64, levels: [Counts]) -> Double? {
        guard completed > 0 else { return nil }
        var cycles = Double(directCount) * direct
        for level in levels {
            cycles += Double(level.exits) * exit + Double(level.interpreted) * interpreted
        }
        return cycles / (Double(completed) * direct)
    }
}
