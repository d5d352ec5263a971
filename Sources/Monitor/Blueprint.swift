import ISALanguage

/// What every monitor of one machine works from, made once: the virtualised programs and the decoder.
/// Levels of a nest and guests of one allocator share it.
public struct Blueprint: Sendable {
    public let virtualised: VirtualisedMachine
    let decoder: Decoder

    /// - Parameters:
    ///   - handlings: how control components are treated where not as the file says; the checker's best policy.
    ///   - fault: a mistake to plant, for tests and lessons.
    public init(
        of description: MachineDescription, handlings: [StateID: Handling] = [:], fault: SeededFault? = nil
    ) {
        virtualised = description.virtualise(handlings: handlings, fault: fault)
        decoder = Decoder(virtualised.machine)
    }
}
