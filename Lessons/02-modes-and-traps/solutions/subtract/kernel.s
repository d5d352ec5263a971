        .machine third-generation
; A kernel for one program. Its trap handler is yours to write.

        .org 0
oldpsw: .word 0                         ; a trap saves the PSW here
newpsw: .word trap<<31 | 0x8000         ; and loads this one: supervisor mode, all storage
cause:  .word 0                         ; code in bits 47-40, detail in bits 39-8
left:   .word 0

USER    = 1<<47                         ; of a PSW: user mode; the program counter begins at bit 31

        .org 16
        .entry start
start:  LPSW program                    ; user mode, at `begin`

; Every trap comes here, in supervisor mode. Yours from here ...
trap:   ST   r1,saved                   ; another way: by a table, with all registers kept
        LD   r10,cause
        SHR  r10,n40
        LD   r11,table(r10)
        JMP  0(r11)
table:  .word bad, bad, priv, bad, svc, bad, bad
saved:  .word 0
bad:    LA   r10,9
        HALT r10
priv:   LD   r12,one
        ADD  r12,caught
        ST   r12,caught
        LD   r12,step
        ADD  r12,oldpsw
        ST   r12,oldpsw
back:   LPSW oldpsw
svc:    LD   r12,cause
        SHR  r12,n8
        AND  r12,mask
        SUB  r12,one
        JN   r12,over
        OUT  r1
        JMP  back
over:   LA   r12,0
        HALT r12
one:    .word 1
; ... to here.

caught: .word 0                         ; privileged instructions that the program tried
n40:    .word 40
n8:     .word 8
mask:   .word 0xFFFFFFFF
step:   .word 1<<31                     ; one instruction, as a PSW counts
program: .word USER | begin<<31 | 0x8000

; The program. It knows nothing of traps.
        .org 128
begin:  LA   r1,'o'
        SVC  1
        LPSW program                    ; it may not do that
        LA   r1,'k'
        SVC  1
        HALT r2                         ; nor that
        LA   r1,10
        SVC  1
        SVC  0
