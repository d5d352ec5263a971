        .machine m68000
; kernel-m68000.s for a monitor that it knows: instead of MOVE from SR, which does not trap in user
; mode, it asks the monitor to perform that instruction. It runs under --monitor paravirt and prints
; what the other prints on the bare machine. Docs/Hypercalls.md has the numbers.

SEESR   = 8                             ; TRAP #SEESR: MOVE.W sr into the data register named in d1

BASE    = 0xFFFF00                      ; the board: user storage begins here, in blocks of 256 bytes
BOUND   = 0xFFFF02                      ; and has so many blocks
TIMER   = 0xFFFF04                      ; instructions until the interrupt
PUT     = 0xFFFF06                      ; print
GET     = 0xFFFF08                      ; read a character into the word at this address
OFF     = 0xFFFF0A                      ; switch off

SLICE   = 150

        .org 0x08                       ; the exception vectors that are used
        .long stray
        .org 0x20
        .long denied
        .org 0x78
        .long tick
        .org 0x80
        .long call

        .org 0x400
        .entry start
start:  LEA    stack,sp
        LEA    hello,a0
        BSR    print
        MOVE.W #user/256,BASE
        MOVE.W #4,BOUND
        LEA    0x400,a0                 ; the program's stack: the end of its storage
        MOVE.L a0,usp
        MOVE.W #SLICE,TIMER
        MOVEQ  #0,d0
        MOVE.L d0,-(sp)                 ; its program counter
        MOVE.W d0,-(sp)                 ; its status: user mode, interrupts on
        RTE

print:  MOVE.W (a0)+,d0
        BEQ    p1
        MOVE.W d0,PUT
        BRA    print
p1:     RTS

; TRAP #0: the number of the call is in d7, the argument in d0.

call:   CMPI.W #1,d7
        BEQ    put
        CMPI.W #2,d7
        BEQ    get
        BRA    finish
put:    MOVE.W d0,PUT
        RTE
get:    MOVE.W #letter,GET
        MOVE.W letter,d0
        RTE

tick:   MOVE.W #'.',PUT
        MOVE.W #SLICE,TIMER
        RTE

denied: MOVE.L a0,-(sp)                 ; a privileged instruction: say so and skip it
        MOVE.L d0,-(sp)
        LEA    notyou,a0
        BSR    print
        MOVE.L (sp)+,d0
        MOVEA.L (sp)+,a0
        ADDQ.L #4,2(sp)                 ; the one that it tries is two words long
        RTE

stray:  LEA    killed,a0
        BSR    print

finish: LEA    stack,sp
        LEA    mystat,a0
        BSR    print
        MOVEQ  #1,d1                    ; the status register into d1
        TRAP   #SEESR
        MOVEQ  #'0',d0
        BTST   #13,d1
        BEQ    f1
        MOVEQ  #'1',d0
f1:     MOVE.W d0,PUT
        NOP                             ; a character leaves when the next instruction is complete
        MOVE.W #'\n',PUT
        NOP
        MOVE.W #0,OFF

letter: .word 0
hello:  .asciz "kernel: starting the program\n"
notyou: .asciz "\nkernel: the program tried a privileged instruction\n"
killed: .asciz "\nkernel: the program left its storage\n"
mystat: .asciz "kernel: my own bit S is "
        .space 64
stack:  .word 0

; The user program, which sees itself from address 0 on.

        .align 256
user:   LEA    says-user,a1
        BSR    say
loop:   MOVEQ  #2,d7                    ; echo the console's input
        TRAP   #0
        CMPI.W #0x1FF,d0
        BEQ    over
        MOVEQ  #1,d7
        TRAP   #0
        BRA    loop
over:   LEA    stat-user,a1
        BSR    say
        MOVE.W sr,d1
        MOVEQ  #'0',d0
        BTST   #13,d1
        BEQ    o1
        MOVEQ  #'1',d0
o1:     TRAP   #0
        MOVE.W #0x2700,sr               ; turn interrupts off?
        MOVE.W #400,d2                  ; compute for a while
wait:   DBF    d2,wait
        MOVE.W d0,0x400                 ; the first word behind its storage
        BRA    wait                     ; never reached

say:    MOVEQ  #1,d7
s1:     MOVE.W (a1)+,d0
        BEQ    s2
        TRAP   #0
        BRA    s1
s2:     RTS

says:   .asciz "program: your input is "
stat:   .asciz "program: my bit S is "
