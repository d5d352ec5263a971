import Commands

traplineMain()
