/// A moment in the Gregorian calendar, with no time zone: what a clock chip counts.
struct CalendarDate: Hashable {
    var year: Int
    /// 1 to 12, and 1 to 31.
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int

    private static let secondsADay: Int64 = 86_400

    /// - Parameter seconds: since the beginning of 1970.
    init(seconds: Int64) {
        var days = seconds / Self.secondsADay
        var rest = seconds % Self.secondsADay
        if rest < 0 {
            rest += Self.secondsADay
            days -= 1
        }
        hour = Int(rest / 3600)
        minute = Int(rest / 60 % 60)
        second = Int(rest % 60)
        // Years that begin in March have the leap day at their end; an era of 400 of them has 146,097 days.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5) + 1
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Since the beginning of 1970. Fields out of their range are carried over.
    var seconds: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return days * Self.secondsADay + Int64(hour) * 3600 + Int64(minute) * 60 + Int64(second)
    }

    /// 1 is Sunday. The first day of 1970 was a Thursday.
    var weekday: Int {
        let days = (seconds - (seconds % Self.secondsADay + Self.secondsADay) % Self.secondsADay) / Self.secondsADay
        return Int(((days + 4) % 7 + 7) % 7) + 1
    }
}
