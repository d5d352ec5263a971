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
trap:   LD   r10,cause
        SHR  r10,n40
        LA   r11,-4(r10)
        JZ   r11,call
        JMP  over                       ; a privileged instruction
        LD   r11,caught
        LA   r11,1(r11)
        ST   r11,caught
        LD   r11,oldpsw
        ADD  r11,step
        ST   r11,oldpsw
        LPSW oldpsw
call:   LD   r10,cause
        SHR  r10,n8
        AND  r10,mask
        JZ   r10,over
        OUT  r1
        LPSW oldpsw
over:   HALT r10
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
