" wonted's rules and their tests (rules/README). Copy contrib/vim/* to ~/.vim.
if exists('b:current_syntax')
  finish
endif
syntax case match
setlocal iskeyword=@,48-57,_
syntax keyword wontedItem rule list test override adjust extend
syntax keyword wontedClause reason when unless threat spam graymail if observe off rollout given expect said
syntax keyword wontedJoin and or not any all of at least most count header file by dns codes
syntax keyword wontedOperator exists is in under contains mentions matches starts ends with within
syntax keyword wontedValue yes no unknown absent found
syntax keyword wontedObject link links attachment attachments recipient recipients domain words letters
syntax match wontedName /\v<\h\w*(\.\w+)+>/
syntax match wontedNumber /\v(^|[^[:alnum:]_.])\zs[-+]?\d+(\.\d+)?\%?/
syntax match wontedPlace /{[a-z_.]\+}/ contained
syntax region wontedText start=/"/ skip=/\\["\\]/ end=/"/ oneline contains=wontedPlace
syntax region wontedRegex start=+\(matches\s\+\)\@<=/+ skip=+\\/+ end=+/[ims]*+ oneline
syntax match wontedComment /#.*$/ contains=@Spell
highlight default link wontedItem Statement
highlight default link wontedClause Keyword
highlight default link wontedJoin Conditional
highlight default link wontedOperator Operator
highlight default link wontedValue Boolean
highlight default link wontedObject Type
highlight default link wontedName Identifier
highlight default link wontedNumber Number
highlight default link wontedPlace Special
highlight default link wontedText String
highlight default link wontedRegex String
highlight default link wontedComment Comment
setlocal commentstring=#\ %s
let b:current_syntax = 'wonted'
