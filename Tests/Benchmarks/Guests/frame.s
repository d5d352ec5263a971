# The frame of the flat guests that are measured: from real mode at 0:0x7C00 to 64-bit mode, where the work is done
# `rounds` times at the level that it wants. Then one byte comes out of the serial port: Y if `check` finds what the
# work should have left, N otherwise.
#
# work.inc defines `rounds` and `level`; macros with the code: `prepare`, before the first round, `work`, `check`, which
# sets ZF, and `handlers`; and `gates`: a vector and a handler each.

        .intel_syntax noprefix
        .section .text, "awx"
TABLES = 0x100000                       # page tables: three levels, then 512 pages of 4 KB, the first 2 MB
TABLES2 = 0x104000                      # the same pages once more, another address space
IDT = 0x108000
STACK0 = 0x111000
STACK3 = 0x113000
DATA = 0x120000
GONE = 0x800000                         # nothing is there
        .include "work.inc"

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
        lgdt    cs:[gdtPointer]
        mov     eax, cr0
        and     eax, 0x1FFFFFFF         # caches on
        or      eax, 1
        mov     cr0, eax
        .byte   0x66, 0xEA
        .long   begin
        .word   0x08

        .code32
begin:  mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esp, STACK0
        mov     edx, 0x3FB              # the serial port: divisor 1, eight bits
        mov     al, 0x83
        out     dx, al
        mov     dl, 0xF8
        mov     al, 1
        out     dx, al
        mov     dl, 0xF9
        mov     al, 0
        out     dx, al
        mov     dl, 0xFB
        mov     al, 3
        out     dx, al
        mov     edi, TABLES
        call    makeTables
        mov     edi, TABLES2
        call    makeTables
        mov     eax, cr4
        or      eax, 0x20               # PAE
        mov     cr4, eax
        mov     eax, TABLES
        mov     cr3, eax
        mov     ecx, 0xC0000080
        rdmsr
        or      eax, 0x101              # LME, SCE
        wrmsr
        mov     eax, cr0
        or      eax, 0x80000000
        mov     cr0, eax
        .byte   0xEA
        .long   long
        .word   0x18

# At EDI: a table of each level. Every page may be used at level 3.
makeTables:
        push    edi
        mov     ecx, 0x3000 / 4
        xor     eax, eax
        rep stosd
        pop     edi
        lea     eax, [edi + 0x1007]
        mov     [edi], eax
        add     eax, 0x1000
        mov     [edi + 0x1000], eax
        add     eax, 0x1000
        mov     [edi + 0x2000], eax
        add     edi, 0x3000
        mov     eax, 7
        mov     ecx, 512
1:      mov     [edi], eax
        mov     dword ptr [edi + 4], 0
        add     edi, 8
        add     eax, 0x1000
        loop    1b
        ret

        .code64
long:   mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     rsp, STACK0
        mov     edi, IDT
        xor     eax, eax
        mov     ecx, 0x1000 / 8
        rep stosq
        lea     rsi, list[rip]
1:      mov     eax, [rsi]              # vector, handler; -1 ends the list
        cmp     eax, -1
        je      2f
        mov     edx, [rsi + 4]
        shl     eax, 4
        lea     rdi, [rax + IDT]
        mov     [rdi], dx
        mov     word ptr [rdi + 2], 0x18
        mov     word ptr [rdi + 4], 0xEE00
        shr     edx, 16
        mov     [rdi + 6], dx
        add     rsi, 8
        jmp     1b
2:      lidt    idtPointer[rip]
        mov     eax, 0x40
        ltr     ax
        mov     ecx, 0xC0000081         # STAR, LSTAR, FMASK
        xor     eax, eax
        mov     edx, 0x00200018         # code at 0x18 and 0x20 + 16, stacks behind
        wrmsr
        mov     ecx, 0xC0000082
        lea     rax, called[rip]
        xor     edx, edx
        wrmsr
        mov     ecx, 0xC0000084
        mov     eax, 0x200
        wrmsr
        xor     r15d, r15d              # handlers count
        mov     rbx, DATA
        prepare
        mov     r14, rounds
        .if     level == 3
        push    0x2B
        push    STACK3
        push    2
        push    0x33
        lea     rax, again[rip]
        push    rax
        iretq
        .endif
        .balign 64
again:  work
        dec     r14
        jnz     again
        .if     level == 3
        int     0x81
        .endif
done:   mov     al, 'N'
        check
        jne     1f
        mov     al, 'Y'
1:      mov     dx, 0x3F8
        out     dx, al
        mov     dl, 0xFD                # until it is out
2:      in      al, dx
        test    al, 0x40
        jz      2b
        # QEMU and Trapline end here, Bochs with the words behind.
        xor     eax, eax
        out     0xF4, al
        lea     rsi, farewell[rip]
        mov     dx, 0x8900
        mov     ecx, 8
        rep outsb
        cli
        hlt
farewell: .ascii "Shutdown"

        .balign 8
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF      # 0x08 code, 32 bits
        .quad   0x00CF93000000FFFF      # 0x10 data
        .quad   0x00AF9B000000FFFF      # 0x18 code, 64 bits
        .quad   0x00CF93000000FFFF      # 0x20 data
        .quad   0x00CFF3000000FFFF      # 0x28 data of level 3
        .quad   0x00AFFB000000FFFF      # 0x30 code of level 3
        .quad   0
        .word   0x67, tss               # 0x40 task state
        .byte   0, 0x89, 0, 0
        .long   0, 0
gdtPointer: .word 0x4F
        .long   gdt
        .word   0
idtPointer: .word 0xFFF
        .quad   IDT
        .balign 16
tss:    .long   0
        .quad   STACK0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .word   0, 0x68
        .balign 8
list:   .long   0x81, done
        gates
        .long   -1
        .balign 64
called: sysretq
        handlers
