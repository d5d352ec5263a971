// The program's own flags, and random numbers.

import ISALanguage

enum FlagEmitters {
    static let table: [String: Emitter] = [
        "CLC": { b, _ in b.emit(FlagHandlers.clearCarry) },
        "STC": { b, _ in b.emit(FlagHandlers.setCarry) },
        "CMC": { b, _ in b.emit(FlagHandlers.complementCarry) },
        "CLD": { b, _ in b.emit(FlagHandlers.clearDirection) },
        "STD": { b, _ in b.emit(FlagHandlers.setDirection) },
        "LAHF": { b, _ in b.emit(FlagHandlers.loadFlags) },
        "SAHF": { b, _ in b.emit(FlagHandlers.storeFlags) },
        "RDRAND": { b, _ in b.cold { processor, i throws(GuestFault) in processor.giveRandom(i) } },
        "RDSEED": { b, _ in b.cold { processor, i throws(GuestFault) in processor.giveRandom(i) } },
    ]
}

enum FlagHandlers {
    static let clearCarry: Handler = { c, o in
        Core(c).setCarry(false)
        return next(c, o)
    }
    static let setCarry: Handler = { c, o in
        Core(c).setCarry(true)
        return next(c, o)
    }
    static let complementCarry: Handler = { c, o in
        Core(c).setCarry(!Core(c).cf)
        return next(c, o)
    }
    static let clearDirection: Handler = { c, o in
        Core(c).state.pointee.systemFlags &= ~Flag.df
        return next(c, o)
    }
    static let setDirection: Handler = { c, o in
        Core(c).state.pointee.systemFlags |= Flag.df
        return next(c, o)
    }
    /// AH gets the low byte of the flags.
    static let loadFlags: Handler = { c, o in
        let kept = Core(c)[Register.ax] & ~0xFF00
        Core(c)[Register.ax] = kept | ((Core(c).statusFlags | Flag.always) & 0xFF) << 8
        return next(c, o)
    }
    /// OF stays.
    static let storeFlags: Handler = { c, o in
        let given = Core(c)[Register.ax] >> 8 & Flag.status & 0xFF
        Core(c).statusFlags = given | Core(c).statusFlags & Flag.of
        return next(c, o)
    }
}

extension X86Processor {
    /// From the machine's seed: the same run has the same numbers. There is always one: CF is set, the other flags are
    /// cleared.
    fileprivate func giveRandom(_ i: DecodedInstruction) {
        var numbers = SplitMix64(seed: random)
        setGeneral(i.rm, numbers.next(), size: i.operandSize, i)
        random = numbers.state
        core.statusFlags = Flag.cf
    }
}
