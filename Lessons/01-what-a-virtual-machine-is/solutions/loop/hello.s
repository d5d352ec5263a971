        .machine third-generation
; The same with a count, and the status from a cell.
        .org 16
        .entry start
start:  LA   r4,8
        LA   r2,text
next:   LD   r3,0(r2)
        OUT  r3
        LA   r2,1(r2)
        SUB  r4,one
        JNZ  r4,next
        LD   r1,three
        HALT r1
one:    .word 1
three:  .word 3
text:   .word 'v', 'i', 'r', 't', 'u', 'a', 'l', 10
