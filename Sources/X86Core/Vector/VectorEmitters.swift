/// TO BE WRITTEN
enum VectorEmitters {
    static let table: [String: Emitter] = [:]
}
