import Foundation

/// Guests in real mode, as the assembler of binutils reads them. They begin at 0x7C00.
enum GuestPrograms {
    /// What several of them do.
    private static let macros = """
        // The first 8259A: interrupts from vector 8 on, those open that the mask leaves.
        .macro openInterrupts mask
            movb $0x11, %al
            outb %al, $0x20
            movb $8, %al
            outb %al, $0x21
            movb $4, %al
            outb %al, $0x21
            movb $1, %al
            outb %al, $0x21
            movb $\\mask, %al
            outb %al, $0x21
        .endm
        // The local APIC, as x2APIC.
        .macro enableController
            movl $0x1B, %ecx
            rdmsr
            orl $0xC00, %eax
            wrmsr
            xorl %edx, %edx
            movl $0x1FF, %eax
            movl $0x80F, %ecx
            wrmsr
        .endm

        """

    /// Interrupts of the 8254 through the 8259A and of the local APIC's timer, while strings are copied, filled, scanned
    /// and compared with REP, code changes itself, divisions fail, clocks and counters are read, and the processor
    /// sleeps now and then.
    static let busy = """
        .code16
            cli
            xorw %ax, %ax
            movw %ax, %ds
            movw %ax, %es
            movw %ax, %ss
            movw $0x7000, %sp
            movw $tick, 8*4
            movw $0, 8*4+2
            movw $divided, 0*4
            movw $0, 0*4+2
            movw $alarm, 0x40*4
            movw $0, 0x40*4+2
            openInterrupts 0xFE
            movb $0x34, %al
            outb %al, $0x43
            movb $37, %al
            outb %al, $0x40
            movb $0, %al
            outb %al, $0x40
            enableController
            movl $0x10700, %eax
            movl $0x835, %ecx
            wrmsr
            movl $0x700, %eax
            wrmsr
            movl $0x20040, %eax
            movl $0x832, %ecx
            wrmsr
            movl $4999, %eax
            movl $0x838, %ecx
            wrmsr
            fninit
            movl $0x600, %eax
            movl %eax, %cr4
            sti
        again:
            movw $0x8000, %si
            movw $0x8003, %di
            movw $997, %cx
            rep movsb
            rdtsc
            addl %eax, 0x6000
            incb patched+1
        patched:
            movb $0, %al
            addb %al, 0x6004
            movw $0x9000, %di
            movw $501, %cx
            rep stosw
            movw $0x9000, %di
            movw $490, %cx
            repe scasw
            movw $0x8000, %si
            movw $0x9001, %di
            movw $300, %cx
            repe cmpsb
            addw %cx, 0x6008
            inb $0x40, %al
            addb %al, 0x8005
            rdrand %eax
            xorl %eax, 0x8007
            xorw %bx, %bx
            movw $7, %ax
            divb %bl
            fildl 0x6000
            fsqrt
            fstpl 0x6010
            cvtsi2sdl 0x6000, %xmm0
            sqrtsd %xmm0, %xmm1
            addsd 0x6018, %xmm1
            movsd %xmm1, 0x6018
            incb turns
            testb $31, turns
            jnz again
            hlt
            jmp again
        turns:
            .byte 0
        tick:
            pushl %eax
            pushl %edx
            incl 0x6020
            rdtsc
            xorl %eax, 0x6024
            movb $0x20, %al
            outb %al, $0x20
            popl %edx
            popl %eax
            iretw
        alarm:
            pushal
            incl 0x6028
            movl $0x839, %ecx
            rdmsr
            addl %eax, 0x602C
            xorl %eax, %eax
            xorl %edx, %edx
            movl $0x80B, %ecx
            wrmsr
            popal
            iretw
        divided:
            pushw %bp
            movw %sp, %bp
            addw $2, 2(%bp)
            popw %bp
            incw 0x6030
            iretw
        """

    /// Two processors: the first starts the second, and both run the same routine, which changes itself, and take
    /// turns at a lock. The first sends the second interrupts.
    static let several = """
        .code16
            cli
            xorw %ax, %ax
            movw %ax, %ds
            movw %ax, %ss
            movw $0x7000, %sp
            movw $poked, 0x41*4
            movw $0, 0x41*4+2
            enableController
            movl $0x830, %ecx
            movl $1, %edx
            movl $0x4500, %eax
            wrmsr
            movl $1, %edx
            movl $0x4608, %eax
            wrmsr
        first:
            call work
            movl $0x830, %ecx
            movl $1, %edx
            movl $0x4041, %eax
            wrmsr
            jmp first
        work:
        taken:
            movb $1, %al
            xchgb %al, 0x6000
            testb %al, %al
            jnz taken
        change:
            movb $0, %al
            addb %al, 0x6001
            cmpb change+1, %al
            je fresh
            incl 0x6018
        fresh:
            incb change+1
            rdtsc
            cmpl 0x6004, %eax
            jae later
            incl 0x6008
        later:
            movl %eax, 0x6004
            incl 0x600C
            movb $0, 0x6000
            ret
        poked:
            pushal
            incl 0x6010
            movl $0x80B, %ecx
            xorl %eax, %eax
            xorl %edx, %edx
            wrmsr
            popal
            iretw
            .org 0x400
            ljmp $0, $second
        second:
            xorw %ax, %ax
            movw %ax, %ds
            movw %ax, %ss
            movw $0x6F00, %sp
            enableController
            sti
        round:
            call work
            incl 0x6014
            testb $15, 0x6014
            jnz round
            hlt
            jmp round
        """

    /// Sends back what comes in at the serial line, and sleeps in between.
    static let echo = """
        .code16
            cli
            xorw %ax, %ax
            movw %ax, %ds
            movw %ax, %ss
            movw $0x7000, %sp
            movw $came, 12*4
            movw $0, 12*4+2
            openInterrupts 0xEF
            movw $0x3F9, %dx
            movb $1, %al
            outb %al, %dx
            sti
        sleep:
            hlt
            jmp sleep
        came:
            movw $0x3F8, %dx
            inb %dx, %al
            outb %al, %dx
            movb $0x20, %al
            outb %al, $0x20
            iretw
        """

    /// The handler's only instruction is undefined. It has a stack of its own segment, which wraps.
    static let faultsForEver = """
        .code16
            xorw %ax, %ax
            movw %ax, %ds
            movw $0x1000, %bx
            movw %bx, %ss
            movw $0x7000, %sp
            movw $wrong, 6*4
            movw $0, 6*4+2
        wrong:
            ud2
        """

    /// - Returns: nil where there is no assembler.
    static func assemble(_ source: String) throws -> [UInt8]? {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("guest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = folder.appendingPathComponent("guest.s")
        try (macros + source + "\n").write(to: text, atomically: true, encoding: .utf8)
        let object = folder.appendingPathComponent("guest.o").path
        let linked = folder.appendingPathComponent("guest.elf").path
        let image = folder.appendingPathComponent("guest.bin").path
        guard try run("as", ["--32", "-o", object, text.path]),
            try run("ld", ["-m", "elf_i386", "-Ttext", "0x7C00", "-e", "0x7C00", "-o", linked, object]),
            try run("objcopy", ["-O", "binary", "-j", ".text", linked, image])
        else { return nil }
        return Array(try Data(contentsOf: URL(fileURLWithPath: image)))
    }

    private static func run(_ name: String, _ arguments: [String]) throws -> Bool {
        let path = "/usr/bin/" + name
        guard FileManager.default.isExecutableFile(atPath: path) else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
