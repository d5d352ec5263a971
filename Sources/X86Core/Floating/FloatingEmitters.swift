/// TO BE WRITTEN
enum FloatingEmitters {
    static let table: [String: Emitter] = [:]
}
