# The frame of every boot image. It begins in real mode at 0:0x7C00, runs the cases one after the other, each from the
# same state, and sends what they observed through the serial port, as records of 32-bit words (layout.py names them).
#
# A case always ends with an exception or interrupt: what it provokes, or INT 0x81 behind its last instruction. The
# handler writes down what there is, without interpreting it: the handler's stack as it lies, registers, selectors,
# control and debug registers, and digests of the tables that the processor may have marked.

        .intel_syntax noprefix
        .include "layout.inc"
        .section .text, "awx"

        .code16
        .globl start
start:  cli
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7C00
        in      al, 0x92                # address line 20, should anything hold it
        or      al, 2
        and     al, 0xFE
        out     0x92, al
        mov     al, 0xFF                # no interrupts from outside
        out     0x21, al
        out     0xA1, al
        lgdt    cs:[bootTable]
        mov     eax, cr0
        and     eax, 0x1FFFFFFF         # caches on
        or      eax, 1
        mov     cr0, eax
        .byte   0x66, 0xEA
        .long   begin
        .word   CODE0
bootTable:
        .word   0x1FF
        .long   pristine

# Entries, 16 bytes apart: each pushes its number. One after the other for the three widths.
        .org    0x400
        .code32
number = 0
        .rept   256
        .balign 16
        .byte   0x68
        .long   number
        jmp     common32
number = number + 1
        .endr
        .code64
number = 0
        .rept   256
        .balign 16
        .byte   0x68
        .long   number
        jmp     common64
number = number + 1
        .endr
        .code16
number = 0
        .rept   256
        .balign 16
        .byte   0x68
        .word   number
        jmp     common16
number = number + 1
        .endr
# Where a case may be sent: INT 0x81, whatever the segment's width or level.
        .globl  pads
pads:
        .rept   16
        .balign 16
        int     0x81
        .endr
        .balign 16
        .code32

begin:  mov     eax, DATA0
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esp, STACK0
        # The serial port: no interrupts, divisor 1, eight bits, FIFO.
        mov     esi, offset serialSettings
1:      movzx   edx, byte ptr [esi]
        test    edx, edx
        jz      2f
        add     edx, 0x300
        mov     al, [esi + 1]
        out     dx, al
        add     esi, 2
        jmp     1b
2:      fninit
        mov     dword ptr [logEnd], LOG
        mov     dword ptr [caseNumber], 0

# The same state for every case; here at level 0 in flat 32-bit segments, without paging.
nextCase:
        cld
        mov     esi, offset pristine
        mov     edi, TABLES
        mov     ecx, TABLES_SIZE / 4
        rep movsd
        mov     edi, DATA
        mov     ecx, DATA_SIZE / 4
        mov     eax, 0xA5A5A5A5
        rep stosd
        mov     edi, STACKS
        mov     ecx, 0x9000 / 4         # those of the interrupt table, too
        xor     eax, eax
        rep stosd
        lgdt    [gdtPointer]
        lidt    [idtPointer]
        mov     eax, LOCAL
        lldt    ax
        mov     eax, TASK
        ltr     ax
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax
        mov     cr2, eax
        mov     dr0, eax
        mov     dr1, eax
        mov     dr2, eax
        mov     dr3, eax
        mov     dword ptr [stepsLeft], eax
        mov     dword ptr [events], eax
        mov     [savedCR2], eax
        mov     [savedCR2 + 4], eax
        mov     eax, 0x400
        mov     dr7, eax
        mov     eax, 0xFFFF0FF0
        mov     dr6, eax
        push    2
        popfd
        mov     eax, [caseNumber]
        mov     eax, [cases + eax * 4]
        test    eax, eax
        jz      finish
        jmp     eax

# What cases of real and virtual-8086 mode use: their stack, and a segment's beginning and end.
clearNarrow:
        mov     ebx, offset narrowPlaces
        xor     eax, eax
1:      mov     edi, [ebx]
        mov     ecx, 0x400 / 4
        rep stosd
        add     ebx, 4
        cmp     ebx, offset narrowPlacesEnd
        jb      1b
        ret

# Level 0, 32 bits: what an exception or interrupt left.
common32:
        push    eax
        push    ds
        mov     eax, DATA0
        mov     ds, eax
        pop     dword ptr [savedDS]
        pop     dword ptr [savedAX]
        pop     dword ptr [savedVector]
        pushfd
        pop     dword ptr [savedFlags]
        mov     [savedBX], ebx
        mov     [savedCX], ecx
        mov     [savedDX], edx
        mov     [savedSI], esi
        mov     [savedDI], edi
        mov     [savedBP], ebp
        mov     [savedSP], esp
        xor     eax, eax
        mov     [savedHigh], eax
        mov     [savedDS + 2], ax       # whether a push of a selector writes two bytes or four is open
        mov     ax, es
        mov     [savedES], eax
        mov     ax, fs
        mov     [savedFS], eax
        mov     ax, gs
        mov     [savedGS], eax
        mov     ax, cs
        mov     [savedCS], eax
        mov     ax, ss
        mov     [savedSS], eax
        mov     esi, esp
        # A 16-bit stack has nothing above.
        lar     ecx, eax
        bt      ecx, 22
        jc      1f
        movzx   esi, si
1:      mov     eax, dr7                # nothing is watched while it is written down
        mov     [savedDR7], eax
        mov     eax, 0x400
        mov     dr7, eax
        mov     eax, DATA0
        mov     es, eax
        mov     edi, offset savedStack
        mov     ecx, 12
        cld
2:      mov     eax, ss:[esi]
        stosd
        add     esi, 4
        loop    2b
        mov     dword ptr [savedWidth], 32
        call    writeRecord
        # A trap of single-stepping that the case wants to go on after.
        cmp     dword ptr [savedVector], 1
        jne     leave
        cmp     dword ptr [stepsLeft], 0
        je      leave
        dec     dword ptr [stepsLeft]
        mov     eax, 0xFFFF0FF0
        mov     dr6, eax
        mov     eax, [savedDR7]
        mov     dr7, eax
        mov     eax, [savedES]
        mov     es, eax
        mov     ebx, [savedBX]
        mov     ecx, [savedCX]
        mov     edx, [savedDX]
        mov     esi, [savedSI]
        mov     edi, [savedDI]
        mov     ebp, [savedBP]
        push    dword ptr [savedAX]
        push    dword ptr [savedDS]
        pop     ds
        pop     eax
        iretd

leave:  mov     eax, DATA0              # whatever is left of the case is put away
        mov     es, eax
        mov     ss, eax
        mov     esp, STACK0
        mov     eax, cr0
        and     eax, 0x1FFAFFF1         # no paging, write protection, alignment checks; no TS, EM, MP
        mov     cr0, eax
        xor     eax, eax
        mov     cr4, eax
        mov     cr3, eax
        mov     ecx, 0xC0000080
        xor     edx, edx
        wrmsr
        inc     dword ptr [caseNumber]
        jmp     nextCase

# Real mode: everything is in reach through CS, as the image lies below 64 KiB there.
        .code16
common16:
        push    eax
        pushw   ds
        pushw   0
        popw    ds
        popw    [savedDS]
        popd    [savedAX]
        popw    [savedVector]
        pushfd
        popd    [savedFlags]
        mov     [savedBX], ebx
        mov     [savedCX], ecx
        mov     [savedDX], edx
        mov     [savedSI], esi
        mov     [savedDI], edi
        mov     [savedBP], ebp
        mov     [savedSP], esp
        xor     eax, eax
        mov     [savedHigh], eax
        mov     [savedDS + 2], ax
        mov     [savedVector + 2], ax
        mov     ax, es
        mov     [savedES], eax
        mov     ax, fs
        mov     [savedFS], eax
        mov     ax, gs
        mov     [savedGS], eax
        mov     ax, cs
        mov     [savedCS], eax
        mov     ax, ss
        mov     [savedSS], eax
        xor     ax, ax
        mov     es, ax
        mov     si, sp
        mov     di, offset savedStack
        mov     cx, 24
        cld
1:      cmp     si, 0xFFFF              # no word at the very end
        je      2f
        mov     ax, ss:[si]
        stosw
        add     si, 2
        loop    1b
2:      lgdt    [gdtPointer]
        mov     eax, dr7
        mov     [savedDR7], eax
        mov     dword ptr [savedWidth], 16
        mov     eax, cr0
        mov     [savedCR0], eax
        or      eax, 1
        mov     cr0, eax
        .byte   0x66, 0xEA
        .long   backFromReal
        .word   CODE0
        .code32
backFromReal:
        mov     eax, DATA0
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esp, STACK0
        call    writeRecord
        jmp     leave

# To real mode at the address in EBX with the registers of the case still to be set there.
toReal: lidt    [realPointer]
        xor     edi, edi
        mov     ecx, 256
        mov     eax, offset start + 0x400 + 0x2000
3:      mov     [edi], eax
        add     edi, 4
        add     eax, 16
        loop    3b
        .byte   0xEA
        .long   4f
        .word   CODE16
        .code16
4:      mov     ax, DATA16
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     eax, cr0
        and     al, 0xFE
        mov     cr0, eax
        .byte   0xEA
        .word   5f - start + 0x7C00, 0
5:      xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     sp, 0x7000
        jmp     bx
        .code32

# To level 0 of 64-bit mode, at the address in EBX.
toLong: mov     eax, 0x6A0              # PAE, PGE, OSFXSR, OSXMMEXCPT
        mov     cr4, eax
        mov     eax, PML4
        mov     cr3, eax
        mov     ecx, 0xC0000080
        mov     eax, 0x900              # LME, NXE
        xor     edx, edx
        wrmsr
        mov     eax, cr0
        or      eax, 0x80000000
        mov     cr0, eax
        .byte   0xEA
        .long   1f
        .word   CODE64
        .code64
1:      lidt    [idtPointer64]
        mov     eax, TASK64
        ltr     ax
        mov     rsp, STACK0
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax
        mov     eax, ebx
        jmp     rax

common64:
        push    rax
        mov     ax, ds
        push    rax
        mov     eax, DATA0
        mov     ds, eax
        pop     rax
        movzx   eax, ax
        mov     [savedDS], eax
        pop     rax
        mov     [savedAX], eax
        mov     [savedHigh], rax
        pop     rax
        mov     [savedVector], eax
        pushfq
        pop     rax
        mov     [savedFlags], eax
        mov     [savedBX], ebx
        mov     [savedCX], ecx
        mov     [savedDX], edx
        mov     [savedSI], esi
        mov     [savedDI], edi
        mov     [savedBP], ebp
        mov     [savedSP], esp
        mov     rax, rsp
        shr     rax, 32
        xor     eax, [savedHigh + 4]
        mov     [savedHigh], eax
        xor     eax, eax
        mov     ax, es
        mov     [savedES], eax
        mov     ax, fs
        mov     [savedFS], eax
        mov     ax, gs
        mov     [savedGS], eax
        mov     ax, cs
        mov     [savedCS], eax
        mov     ax, ss
        mov     [savedSS], eax
        mov     eax, DATA0
        mov     es, eax
        mov     rsi, rsp
        mov     edi, offset savedStack
        mov     ecx, 12
        cld
        rep movsd
        mov     rax, dr7
        mov     [savedDR7], eax
        mov     eax, 0x400
        mov     dr7, rax
        mov     dword ptr [savedWidth], 64
        # The rest is done below: leave long mode.
        mov     rax, cr2
        mov     [savedCR2], eax
        shr     rax, 32
        mov     [savedCR2 + 4], eax
        mov     rax, cr0
        mov     [savedCR0], eax
        mov     ss, [flatData]
        mov     esp, STACK0
        pushq   CODE0
        lea     rax, [1f]
        push    rax
        retfq
        .code32
1:      mov     eax, DATA0
        mov     ss, eax
        mov     es, eax
        mov     eax, cr0
        and     eax, 0x7FFFFFFF
        mov     cr0, eax
        lidt    [idtPointer]
        call    writeRecord
        jmp     leave

# Word EAX into the log.
put:    push    ebx
        mov     ebx, [logEnd]
        mov     [ebx], eax
        add     dword ptr [logEnd], 4
        pop     ebx
        ret

# A digest of ECX words at ESI, in EAX.
digest: xor     eax, eax
1:      rol     eax, 5
        add     eax, [esi]
        add     esi, 4
        loop    1b
        ret

writeRecord:
        cmp     dword ptr [savedWidth], 32
        jne     1f
        mov     eax, cr0
        mov     [savedCR0], eax
        mov     eax, cr2
        mov     [savedCR2], eax
        mov     dword ptr [savedCR2 + 4], 0
1:      inc     dword ptr [events]
        mov     eax, 0x7EC00000
        call    put
        mov     esi, offset caseNumber
        mov     edi, offset SAVED_WORDS
2:      mov     eax, [esi]
        call    put
        add     esi, 4
        dec     edi
        jnz     2b
        mov     eax, cr3
        call    put
        mov     eax, cr4
        call    put
        mov     eax, dr6
        call    put
        mov     eax, [savedDR7]
        call    put
        xor     eax, eax
        cmp     dword ptr [savedWidth], 16
        je      3f
        str     ax
3:      call    put
        xor     eax, eax
        cmp     dword ptr [savedWidth], 16
        je      4f
        sldt    ax
4:      call    put
        mov     ecx, 0xC0000080
        rdmsr
        call    put
        # RF in a task's saved flags stands for itself: what a double fault saves is open.
        mov     eax, [TSS + 0x24]
        call    put
        and     dword ptr [TSS + 0x24], 0xFFFEFFFF
        mov     edi, offset digests
5:      mov     esi, [edi]
        test    esi, esi
        jz      6f
        mov     ecx, [edi + 4]
        call    digest
        call    put
        add     edi, 8
        jmp     5b
6:      ret

finish: mov     eax, 0x7ECFFFFF
        call    put
        mov     esi, LOG
        mov     edx, 0x3FD
1:      in      al, dx
        test    al, 0x20
        jz      1b
        mov     al, [esi]
        mov     dl, 0xF8
        out     dx, al
        mov     dl, 0xFD
        inc     esi
        cmp     esi, [logEnd]
        jb      1b
2:      in      al, dx
        test    al, 0x40
        jz      2b
        # QEMU and Trapline end here, Bochs with the words behind.
        xor     eax, eax
        out     0xF4, al
        mov     esi, offset farewell
        mov     dx, 0x8900
        mov     ecx, 8
        rep outsb
        cli
        hlt
farewell: .ascii "Shutdown"

serialSettings:
        .byte   0xF9, 0, 0xFB, 0x80, 0xF8, 1, 0xF9, 0, 0xFB, 3, 0xFA, 1, 0
        .balign 8
gdtPointer: .word 0x1FF
        .long   GDT
        .word   0, 0, 0
idtPointer: .word 0x7FF
        .long   IDT
        .word   0, 0, 0
idtPointer64: .word 0xFFF
        .quad   IDT64
realPointer: .word 0x3FF
        .long   0
        .balign 4
flatData: .long DATA0
narrowPlaces: .long 0x6C00, 0x30000, 0x3FE00
narrowPlacesEnd:
stepsLeft: .long 0
savedDR7: .long 0
logEnd: .long   LOG
# What a record begins with, in this order.
caseNumber: .long 0
events: .long   0
savedWidth: .long 0
savedVector: .long 0
savedFlags: .long 0
savedSP: .long  0
savedHigh: .long 0, 0
savedAX: .long  0
savedBX: .long  0
savedCX: .long  0
savedDX: .long  0
savedSI: .long  0
savedDI: .long  0
savedBP: .long  0
savedCS: .long  0
savedSS: .long  0
savedDS: .long  0
savedES: .long  0
savedFS: .long  0
savedGS: .long  0
savedCR0: .long 0
savedCR2: .long 0, 0
savedStack: .fill 12, 4, 0
savedEnd:
        SAVED_WORDS = (savedEnd - caseNumber) / 4
digests: .long  GDT, 0x200 / 4, LDT, 0x200 / 4, TSS, 0x100 / 4, TSS + 0x800, 0x100 / 4, TSS + 0xC00, 0x100 / 4
        .long   WINDOW_ENTRIES32, 1, WINDOW_TABLE32, 8, WINDOW_ENTRIES64, 4, WINDOW_TABLE64, 16
        .long   DATA, 0x3000 / 4, STACKS, STACKS_SIZE / 4, 0
        # 1: 16-bit code; 2: the cases; 3: what every case begins with.
        .subsection 2
        .balign 16
        .include "cases.inc"
        .subsection 3
        .balign 64
pristine:
        .incbin "tables.bin"
