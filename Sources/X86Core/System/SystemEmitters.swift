/// TO BE WRITTEN
enum SystemEmitters {
    static let table: [String: Emitter] = [:]
}
