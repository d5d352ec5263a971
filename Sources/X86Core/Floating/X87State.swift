public struct X87State { public init() {} }
