autocmd BufNewFile,BufRead *.rules,*.rules.example if getline(1, 40) =~# '\v^\s*(rule|list|override|adjust|extend)\s' | setfiletype wonted | endif
autocmd BufNewFile,BufRead *.rtest setfiletype wonted
