// Task switches by the processor. Intel SDM volume 3, chapter 8.

extension X86Processor {
    enum TaskCause { case jump, call }

    private func refuseTask() -> GuestFault {
        shutDown("task switches are not implemented")
        lookUp()
        return .protection()
    }

    func switchTask(_ selector: UInt16, _ cause: TaskCause) throws(GuestFault) { throw refuseTask() }

    func returnToTask() throws(GuestFault) { throw refuseTask() }

    func enterTask(_ selector: UInt16, _ event: InterruptEvent) throws(GuestFault) -> UInt64 { throw refuseTask() }
}
