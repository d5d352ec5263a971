/// TO BE WRITTEN
enum IntegerEmitters {
    static let table: [String: Emitter] = [:]
}
