extension ProgramElaborator {
    /// The real address for a virtual one. The translation's traps come at this point, and only on
    /// the path on which the access happens.
    func translated(
        _ address: ValueID, _ access: Access, _ assumptions: [StateID: ValueID], _ span: SourceSpan
    ) throws(Reported) -> ValueID {
        guard let translate = machine.translate else { return address }
        let key = TranslationKey(address: address, access: access, path: path, assumed: assumptions)
        if let known = translations[key] { return known }
        // What every path has passed traps no more.
        let always = TranslationKey(address: address, access: access, path: nil, assumed: assumptions)
        if let known = translations[always] { return known }
        let name = Name(text: "translate", span: span)
        if frames.contains(where: { $0.function?.text == "translate" }) {
            throw error(
                "an access through the translation inside the translation", at: span, remedy: "Use e.real[...] here.")
        }
        let outer = assumed
        defer { assumed = outer }
        for (id, value) in assumptions { assumed[id] = value }
        let real = try inFrame(name) { () throws(Reported) in
            let parameters = translate.syntax.parameters
            define(parameters[0].name, .bits(address))
            define(parameters[1].name, .access(access))
            if machine.abstractTranslation != nil { return try abstractly(translate.syntax, address, access) }
            return try body(translate.syntax.body, width: machine.realWidth, name)
        }
        translations[key] = real
        return real
    }

    /// Only what feeds the translation is known: whether it allows the access, and where the cell is,
    /// are uninterpreted functions of that.
    private func abstractly(
        _ translate: TranslateSyntax, _ address: ValueID, _ access: Access
    ) throws(Reported) -> ValueID {
        guard let functions = machine.abstractTranslation else { throw Reported() }
        let kind = builder.constant(access.rawValue, width: 2)
        let arguments = [address, kind] + functions.reads.map { read($0) }
        if functions.request?.extent == .addresses { return try abstractAddress(translate, arguments, functions) }
        let allows = builder.pure(.apply(functions.allows, arguments), width: 1)
        let refused = builder.not(allows)
        if let request = functions.request {
            builder.trap(request.refusal, when: builder.both(path, refused) ?? refused, detail: nil)
        } else {
            define(Name(text: "refused", span: translate.parameters[0].name.span), .bits(refused))
            statements(translate.body)
        }
        return builder.pure(.apply(functions.address, arguments), width: machine.realWidth)
    }

    /// The file's own traps; then an address of which only the excluded trap tells that it exists.
    private func abstractAddress(
        _ translate: TranslateSyntax, _ arguments: [ValueID], _ functions: AbstractTranslation
    ) throws(Reported) -> ValueID {
        _ = try body(translate.body, width: machine.realWidth, translate.parameters[0].name)
        let real = builder.pure(.apply(functions.address, arguments), width: machine.realWidth)
        if let request = functions.request, let storage = machine.storage {
            let wide = min(machine.realWidth + 1, 64)
            let size = builder.pure(.parameter(.size(storage)), width: wide)
            let exists = builder.binary(.lessUnsigned, builder.extend(real, to: wide, signed: false), size)
            let missing = builder.not(exists)
            builder.trap(request.refusal, when: builder.both(path, missing) ?? missing, detail: nil)
        }
        return real
    }
}
