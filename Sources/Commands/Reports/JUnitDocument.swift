/// JUnit XML as Jenkins, GitLab and their kind read it: a suite a machine, a test case a question.
struct JUnitDocument {
    enum Outcome {
        case passed
        /// The answer is no.
        case failed(message: String, text: String)
        /// There is no answer.
        case skipped(message: String)
    }

    struct Case {
        var name: String
        /// What the question is about: machine and family of instructions, with dots.
        var className: String
        var file: String?
        var line: Int?
        var outcome: Outcome
    }

    struct Suite {
        var name: String
        var cases: [Case]
        /// Text for `system-out`.
        var output: String
    }

    var suites: [Suite]

    var text: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        let all = suites.flatMap(\.cases)
        text += "<testsuites name=\"trapline\" \(counts(all))>\n"
        for suite in suites {
            text += "  <testsuite name=\"\(markupEscaped(suite.name))\" \(counts(suite.cases)) time=\"0\">\n"
            for testCase in suite.cases { text += element(testCase) }
            if !suite.output.isEmpty { text += "    <system-out>\(markupEscaped(suite.output))</system-out>\n" }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private func counts(_ cases: [Case]) -> String {
        var failures = 0
        var skipped = 0
        for testCase in cases {
            switch testCase.outcome {
            case .passed: break
            case .failed: failures += 1
            case .skipped: skipped += 1
            }
        }
        return "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\""
    }

    private func element(_ testCase: Case) -> String {
        var text = "    <testcase name=\"\(markupEscaped(testCase.name))\""
        text += " classname=\"\(markupEscaped(testCase.className))\" time=\"0\""
        if let file = testCase.file { text += " file=\"\(markupEscaped(file))\"" }
        if let line = testCase.line { text += " line=\"\(line)\"" }
        switch testCase.outcome {
        case .passed: return text + "/>\n"
        case .failed(let message, let body):
            return text + ">\n      <failure message=\"\(markupEscaped(message))\" type=\"refuted\">"
                + markupEscaped(body) + "</failure>\n    </testcase>\n"
        case .skipped(let message):
            return text + ">\n      <skipped message=\"\(markupEscaped(message))\"/>\n    </testcase>\n"
        }
    }
}
