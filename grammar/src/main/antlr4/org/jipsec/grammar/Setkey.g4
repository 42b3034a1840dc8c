grammar Setkey;

file : EOF ;

WHITESPACE : [ \t\n]+ -> skip ;
