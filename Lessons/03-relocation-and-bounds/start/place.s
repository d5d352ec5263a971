        .machine third-generation
; A program that is placed by the relocation-bounds register. `program` is yours to correct.

        .org 0
oldpsw: .word 0
newpsw: .word trap<<31 | 0x8000         ; supervisor mode, base 0, all storage
cause:  .word 0
left:   .word 0

USER    = 1<<47                         ; of a PSW: user mode

        .org 16
        .entry start
start:  LPSW program

; The program counts from its own beginning, so its first instruction is at its address 0.
program: .word USER | 0<<31 | 0<<16 | 0x8000

; SVC 1 prints the character in r1. Everything else ends the run with the code of the trap.
trap:   LD   r10,cause
        SHR  r10,n40
        LA   r11,-4(r10)
        JZ   r11,print
        LD   r11,cause
        SHR  r11,n8
        AND  r11,mask
        ST   r11,touched                ; of a storage violation: the address
        HALT r10
print:  OUT  r1
        LPSW oldpsw

touched: .word 0
n40:    .word 40
n8:     .word 8
mask:   .word 0xFFFFFFFF

; The program: 32 cells, from its own address 0 on.
        .org 256
        LA   r2,16                      ; its table, at its own address 16
        LD   r1,0(r2)
        JZ   r1,6                       ; the end of the table
        SVC  1
        LA   r2,1(r2)
        JMP  1
        LA   r3,0                       ; and now from address 0 on, until it is stopped
        LD   r4,0(r3)
        LA   r3,1(r3)
        JMP  7
        .org 272
        .word 't', 'a', 'b', 'l', 'e', 10, 0
        .org 288
secret: .word 'x', 'y', 'z'
