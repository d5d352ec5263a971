        .machine third-generation
; The smallest guest: it prints the characters from `text` on, and halts.
; Yours to change: it is to print the line "virtual", and to end with status 3.

        .org 16
        .entry start
start:  LA   r2,text                    ; r2: where the next character is
next:   LD   r3,0(r2)
        JZ   r3,end                     ; the text ends with 0
        OUT  r3
        LA   r2,1(r2)
        JMP  next
end:    JMP  end
        HALT r1

text:   .word 'v', 'i', 'r', 't', 'u', 'a', 'l', 10, 0
