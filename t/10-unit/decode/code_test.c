/* Codes in pictures of every kind, and pictures that lie. */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "decode/listing.h"
#include "make.h"

static const char code_png[] =
	"iVBORw0KGgoAAAANSUhEUgAAAFEAAABRAQMAAACQQdh1AAAABlBMVEUAAAD///+l2Z/dAAAAAnRS"
	"TlP//8i138cAAAAJcEhZcwAACxIAAAsSAdLdfvwAAADgSURBVCiRjdO9DcMgEAXgiyjonAUssQYd"
	"K8ULOHgBvBKd10C6BeKOwuIFJ0rS+HCovgre/UD4HZKciNIlw5OSzch4aJ7BDXu7DVEFahvTwqf2"
	"7sTI24BvhkPX/Bwsf2o5dK0/jfTtyaHTzW6jxftOwQjazNE8yMhOZNPo1Lqw7K3Tr0ejavgSqXNq"
	"2t+VzEWbQKo4IzsNmQtR9+qJYPaaV5gpcsPI/W2vwsiu0RkLl5brXFDDB8ey932rjSoODfs6XEt0"
	"5hX9Farpurf9SC0jpzuMtw3v+1YczwvL/uOfPgEIAEM6kY75XAAAAABJRU5ErkJggg==";
static const char code_jpg[] =
	"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4p"
	"LSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//wAALCAA6ADoBAREA/8QAHwAAAQUBAQEB"
	"AQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1Fh"
	"ByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZ"
	"WmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXG"
	"x8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AOx8Q69d6Vf6dY2Gl/2h"
	"cX/m7E+0CLGwAnkgjoT6dKq/234r/wChN/8AKnF/hRaeJdV1HQrDU9K8Pfa/tXmeZH9tSPytrbRy"
	"w+bOD24xVW38f2ltf3dj4ktf7IuLfZhPMNxv3DPVFwMDb+ftW9aav/x4W+qwfYNRvvM8u13+b9zk"
	"/Oox93B7dcVg6b4r8QarYR31h4S823lzsf8AtGNc4JB4IB6g1atPEuq/27YaZqvh77B9u8zy5Ptq"
	"S/cXceFH07jrXT1zGvf8j34U/wC3z/0UK47wT4O8QaV4ssr6/wBP8q3i8ze/nRtjMbAcBiepFbvh"
	"v+yv+FT239vf8g75vO+//wA9zt+7z97HSsLSNP8AEGtX/iDRtYi23F59m+2Xe6M/Z9gLJ8ikBtwA"
	"HB46mt2Tw9pWg+O/Df8AZVr5Hn/avM/eO27bFx94n1NcxJ4e1XXvAnhv+yrXz/I+1eZ+8Rdu6Xj7"
	"xHoa3tH0+70q/wDA9jfxeVcRfb96bg2MgkcgkdCK9ErmPGemf2j9j/4pv+2fL3/8v32fys7ff5s4"
	"/DHvXHXCeCba/tGm0Hbo15v8jUftkx37B837ofMMN8vP16VqXGn3dzYWi+G4v7M1nQN+dO3CbZ55"
	"/wCernacrubv1xwaNXgtI7Dw/q3hu9/s/RrD7Tm98oy+RvIX/Vv8zZbcvQ4znpVn4bf2VqOhab/y"
	"01HR/N/vjyvNZ/wbKj3x7VmfZfh/Z/6Pr2m/2bqKf6618+4m8vPK/OvBypB49cVp+G7XwpLrttce"
	"FNN8/wAjd9ouvPlX7NuUhfkf7+75hx0613dcd8RtPtNVsLexSLzdZl3f2em4rnBQyc5C/dH8X4c1"
	"wlxp934UsLS+mi/sjWbff5D7hcfbtxw3AJWPYrd/vZ9RW95P9o/8ST/hAvM/sf8A5Y/2xjyvN+f7"
	"38WcZ6nHtWnJ4u0qX/hG9b1Ww8jz/tXlzec7fZtvyH5VX593A6cVW03XvD+q/EqNrDS/NuJc7NR+"
	"0SLnEJz+6IA6Ar+tWbu1/tn7fpmq6b/YOo655flyef8AavtHk/MeFwF2qB3Gd3fFFpY6rL47sPtO"
	"s/2t/ZXmfav9FSD7N5sXydPv7vbOMc4zXd1zHinw9/b2u6H9ptfP06Dz/tX7zbt3KNnQg/eHb8aq"
	"2/hTxBbX93fQ+LdtxebPPf8As6M79gwvBOBgelZiJd2N/oqpoP8AZ9xYef8A2fp32wS/bN4/efve"
	"kewHd82c5wKPGyXcd/e32uaD/amjW3l/ZH+2CDyNwUPwvzNlsdemOODWXceHLTT7+0Wbwt9ouNW3"
	"+Rp39oFPsvlD5v3oOH3A7ucY6c1VtPD2qy/YPDHiK18jz/M/s648xG+zbf3kvyofn3cD5jx2q18L"
	"9PtNQv4L6GL7PcaTu899xf7V5ocLwThNoHbOfavWK47xhp9pqvizwzY38Xm28v2rem4rnEakcgg9"
	"QK47w3J4U17XbbTP+EU8jz937z+0ZW27VLdOPT1rp/Aur/Y9C8MaZ5G/+0ftf7zfjy/LZm6Y5zn1"
	"FZnha11WDXdc0zStN/sbzPI8yTz0uPsWFLDhv9Zv57/Ln2o1rxLqv9uw6nc+HvJ/4R7d9qj+2o3+"
	"vUKnIH8gffFWvDCXeq3/AIcvrDQf7P0aw+07H+2CXO8EHg4b7wPr19K6e41Dw/c+LLSxml3azZ7/"
	"ACE2yDZvjy3IG05X1/nW7XMeKbXVf7d0PU9K037f9h8/zI/PSL76hRy349j0rC03SbvSr+O+sPh7"
	"5VxFnY/9tBsZBB4JI6E0J4Y8QXPhPRfDzt9it28/+0DiOTZ+83x98nJ/unvzXT6lotpc38kL6R9o"
	"t9Wx/aE/2kps8oAx/LnJyePlx75rLt/B1pp9/d2MOn/aNG1bZ56ecU+y+UMryW3PuY9sY9xWZceG"
	"PEGq2FpqPiRv7UuLbfjSsRwZ3Hb/AK5CB0Ct+GO9GheALvw94s0y+huvttuvm+e/liPyv3ZC8FiT"
	"kt26Yr0Siiiiiiiiv//Z";
static const char code_gif[] =
	"R0lGODdhUQBRAIAAAAAAAP///ywAAAAAUQBRAAAC/4yPqcvtD6OctNqL8wS8+w8eYJh0zYiSSMpy"
	"YquYTMvGNPrWpTvfow3Y8BwpYE4Y3CUjMiJOeZQ0o8zh6bkaTh/bQLNo6H61sDD5Z15SwV5rel1u"
	"L9nis6o+t2PHaLkxfeeW5UEFl9eHlxOopsT35wf4UfgWSUi5sPjIlwlV6djTp6lnCTmoKHkJpCJ6"
	"yGnqeXYV2llKJ9glywrxWcVYunsbyyXc+wjsy5ubOozs48oL7Yw6KE0cfXgqrVpt2H1ZTarRGDwr"
	"bg6Kt3q+Pt5czp4dv/z7LTjp5L5JfJ9Me7zdat+8fq+KMZNHLyEbgAsPVuJHTh21OP8eDow4jSEW"
	"jf+IRhmzWDBRO1sB3QHU5Q9Wx5If5YhUaA+kRHjMGk5kSROJTYQzc6LbOHIUDYikehbkmG3oxaIZ"
	"Qcla5IyoPl8tcckklxTo0Xn3eGJVafRlS68mwTbdmpAsSkzghGp15Y1t26zl4NajalaHS4p3bYpN"
	"uRcnzJIS/6KFKrAW38HKbqoF/NRanKggx/7ElpcuYrxpLxsiqTSwT66ArSoOR9M00cZGzaleyvqs"
	"5sUIY2OWyzH0SYenG8/Wuxtf3KoxcfM23JV3ReGwnVZ4jXZt8s7MA1+j+3vn8T2SV4KzMPW6yuxa"
	"l5Nc7Vx0za/Wu1s+Db2w29vI+xavbZ9pWfjT0i1EDp/YNXa1V9d86PGnX25nQffZfaVxVyBnrDC4"
	"1Gb1GaeeQTcBmA83pFFHkGFtJTZdiOyRt5JvtIjo4GguvghjjDLCUwAAOw==";
static const char code_webp[] =
	"UklGRuAAAABXRUJQVlA4TNMAAAAvUAAUAA8w//M///MfeIDb2nbc6BFefmY3QIBtKFNLUgNbA1JL"
	"zF4bkt3AKPNCzMuMzw4i+j8B+jF4GWBTUkB2o5LuGw/RL8R2OeUeVTQ/WSuUOkrtIh7yM4B9ZEB2"
	"k2QDJMnNbrEdog7RTf32Ok6vO15uhmhDyeuTbm23SZJO2W86oSt5Ft04bq8eeSwvN1sSR6BDdmPY"
	"uOo1n+in1NxgiC83SdSTYwUDNIt9oRuVtD45FvmFyBCBSquaP+Ua7XJqBlRQsn+9QvQzgGPh8aSb"
	"fnQDAA==";
static const char inv_png[] =
	"iVBORw0KGgoAAAANSUhEUgAAAFEAAABRAQMAAACQQdh1AAAABlBMVEX///8AAABVwtN+AAAAAnRS"
	"TlP//8i138cAAAAJcEhZcwAACxIAAAsSAdLdfvwAAADgSURBVCiRjdO9DcMgEAXgiyjonAUssQYd"
	"K8ULOHgBvBKd10C6BeKOwuIFJ0rS+HCovgre/UD4HZKciNIlw5OSzch4aJ7BDXu7DVEFahvTwqf2"
	"7sTI24BvhkPX/Bwsf2o5dK0/jfTtyaHTzW6jxftOwQjazNE8yMhOZNPo1Lqw7K3Tr0ejavgSqXNq"
	"2t+VzEWbQKo4IzsNmQtR9+qJYPaaV5gpcsPI/W2vwsiu0RkLl5brXFDDB8ey932rjSoODfs6XEt0"
	"5hX9Farpurf9SC0jpzuMtw3v+1YczwvL/uOfPgEIAEM6kY75XAAAAABJRU5ErkJggg==";
static const char small_png[] =
	"iVBORw0KGgoAAAANSUhEUgAAABkAAAAZAQMAAAD+JxcgAAAABlBMVEUAAAD///+l2Z/dAAAAAnRS"
	"TlP//8i138cAAAAJcEhZcwAACxIAAAsSAdLdfvwAAAB8SURBVAiZY2DkPVDPUPs4vp7BdUUgkDgN"
	"Io4Didr1QDHGUId6hv+G//8zqG69X89w6caD/wysZtn1DJP//6hn6BDzr2coulD2n0G3QKCewTnv"
	"ZD1DzUKW/wz/q0v+MzCeDwea8rr8P4OrCzuQyJsHsmMDUMzuCNDk8uh6AGA/MuUVIr67AAAAAElF"
	"TkSuQmCC";
static const char text_png[] =
	"iVBORw0KGgoAAAANSUhEUgAAAFcAAABXAQMAAABLBksvAAAABlBMVEUAAAD///+l2Z/dAAAAAnRS"
	"TlP//8i138cAAAAJcEhZcwAACxIAAAsSAdLdfvwAAAC1SURBVDiNzdOxDcMgEAXQH6WgixdA8hru"
	"WAkvYDaIV6JjjUhZAHcUyJdzpMQN/i6Tq14B4nMHkL3wF85AiBboiRep3tgg1NHqem9O7N25p1NL"
	"HUv9Zmha849pv0vTWqvbe9J0hr2U531glihzAd7ZjrwU24mdIMR6aB6uq6HGo0u6pSfWyg43J8Ta"
	"B48aIrP2MyS5g1pnN8j8eQNHHiPghFvfQJeot/nCG+Ytv+uXwvyrv9b2C0Njrt1uYxAnAAAAAElF"
	"TkSuQmCC";

static const char code_pdf[] =
	"JVBERi0xLjUKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUGFnZXMgMiAwIFI+PgplbmRvYmoKMiAw"
	"IG9iago8PC9UeXBlL1BhZ2VzL0NvdW50IDEvS2lkc1szIDAgUl0+PgplbmRvYmoKMyAwIG9iago8"
	"PC9UeXBlL1BhZ2UvUGFyZW50IDIgMCBSL01lZGlhQm94WzAgMCAyMDAgMjAwXS9Bbm5vdHNbPDwv"
	"VHlwZS9Bbm5vdC9TdWJ0eXBlL0xpbmsvUmVjdFswIDAgOSA5XS9BPDwvUy9VUkkvVVJJKGh0dHBz"
	"Oi8vcm9vZi53ZWIuYXBwL3NpZ24taW4pPj4+Pl0vUmVzb3VyY2VzPDwvWE9iamVjdDw8L0kgNCAw"
	"IFI+Pj4+Pj4KZW5kb2JqCjQgMCBvYmoKPDwvVHlwZS9YT2JqZWN0L1N1YnR5cGUvSW1hZ2UvV2lk"
	"dGggMjUvSGVpZ2h0IDI1L0JpdHNQZXJDb21wb25lbnQgMS9Db2xvclNwYWNlL0RldmljZUdyYXkv"
	"RmlsdGVyL0ZsYXRlRGVjb2RlL0xlbmd0aCAxMDk+PgpzdHJlYW0KeJxj5D1QX/s4vt51RWC962kg"
	"Ph5YX7s+vp4x1KH+v+H//6pb79dfuvHgP6tZdv3k/z/qO8T864sulP3XLRCod847WV+zkOX//+qS"
	"/4znw+trX5f/d3Vh/++aNw9o3ob6Wrsj9Yzl0fUA/hwy5QplbmRzdHJlYW0KZW5kb2JqCnhyZWYK"
	"MCA1CjAwMDAwMDAwMDAgNjU1MzUgZiAKMDAwMDAwMDAwOSAwMDAwMCBuIAowMDAwMDAwMDU0IDAw"
	"MDAwIG4gCjAwMDAwMDAxMDUgMDAwMDAgbiAKMDAwMDAwMDMwMSAwMDAwMCBuIAp0cmFpbGVyCjw8"
	"L1NpemUgNS9Sb290IDEgMCBSPj4Kc3RhcnR4cmVmCjU2NQolJUVPRgo=";
static const char file_pdf[] =
	"JVBERi0xLjUKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUGFnZXMgMiAwIFI+PgplbmRvYmoKMiAw"
	"IG9iago8PC9UeXBlL1BhZ2VzL0NvdW50IDEvS2lkc1szIDAgUl0+PgplbmRvYmoKMyAwIG9iago8"
	"PC9UeXBlL1BhZ2UvUGFyZW50IDIgMCBSL01lZGlhQm94WzAgMCAyMDAgMjAwXS9Bbm5vdHNbPDwv"
	"VHlwZS9Bbm5vdC9TdWJ0eXBlL0xpbmsvUmVjdFswIDAgOSA5XS9BPDwvUy9VUkkvVVJJKGh0dHBz"
	"Oi8vcm9vZi53ZWIuYXBwL3NpZ24taW4pPj4+PiA1IDAgUl0vUmVzb3VyY2VzPDwvWE9iamVjdDw8"
	"L0kgNCAwIFI+Pj4+Pj4KZW5kb2JqCjQgMCBvYmoKPDwvVHlwZS9YT2JqZWN0L1N1YnR5cGUvSW1h"
	"Z2UvV2lkdGggNjYvSGVpZ2h0IDY2L0JpdHNQZXJDb21wb25lbnQgOC9Db2xvclNwYWNlL0Rldmlj"
	"ZUdyYXkvRmlsdGVyL0RDVERlY29kZS9MZW5ndGggMTgzOT4+CnN0cmVhbQr/2P/gABBKRklGAAEB"
	"AAABAAEAAP/bAEMADQkKCwoIDQsKCw4ODQ8TIBUTEhITJxweFyAuKTEwLiktLDM6Sj4zNkY3LC1A"
	"V0FGTE5SU1IyPlphWlBgSlFST//AAAsIADoAOgEBEQD/xAAfAAABBQEBAQEBAQAAAAAAAAAAAQID"
	"BAUGBwgJCgv/xAC1EAACAQMDAgQDBQUEBAAAAX0BAgMABBEFEiExQQYTUWEHInEUMoGRoQgjQrHB"
	"FVLR8CQzYnKCCQoWFxgZGiUmJygpKjQ1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2"
	"d3h5eoOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna"
	"4eLj5OXm5+jp6vHy8/T19vf4+fr/2gAIAQEAAD8A7HxDr13pV/p1jYaX/aFxf+bsT7QIsbACeSCO"
	"hPp0qr/bfiv/AKE3/wAqcX+FFp4l1XUdCsNT0rw99r+1eZ5kf21I/K2ttHLD5s4PbjFVbfx/aW1/"
	"d2PiS1/si4t9mE8w3G/cM9UXAwNv5+1b1pq//Hhb6rB9g1G+8zy7Xf5v3OT86jH3cHt1xWDpvivx"
	"BqthHfWHhLzbeXOx/wC0Y1zgkHggHqDVq08S6r/bthpmq+HvsH27zPLk+2pL9xdx4UfTuOtdPXMa"
	"9/yPfhT/ALfP/RQrjvBPg7xBpXiyyvr/AE/yreLzN7+dG2MxsBwGJ6kVu+G/7K/4VPbf29/yDvm8"
	"77//AD3O37vP3sdKwtI0/wAQa1f+ING1iLbcXn2b7Zd7oz9n2AsnyKQG3AAcHjqa3ZPD2laD478N"
	"/wBlWvkef9q8z947btsXH3ifU1zEnh7Vde8CeG/7KtfP8j7V5n7xF27pePvEehre0fT7vSr/AMD2"
	"N/F5VxF9v3puDYyCRyCR0Ir0SuY8Z6Z/aP2P/im/7Z8vf/y/fZ/Kzt9/mzj8Me9cdcJ4Jtr+0abQ"
	"dujXm/yNR+2THfsHzfuh8ww3y8/XpWpcafd3NhaL4bi/szWdA3507cJtnnn/AJ6udpyu5u/XHBo1"
	"eC0jsPD+reG73+z9GsPtOb3yjL5G8hf9W/zNlty9DjOelWfht/ZWo6Fpv/LTUdH83++PK81n/Bsq"
	"PfHtWZ9l+H9n/o+vab/Zuop/rrXz7iby88r868HKkHj1xWn4btfCkuu21x4U03z/ACN32i68+Vfs"
	"25SF+R/v7vmHHTrXd1x3xG0+01Wwt7FIvN1mXd/Z6biucFDJzkL90fxfhzXCXGn3fhSwtL6aL+yN"
	"Zt9/kPuFx9u3HDcAlY9it3+9n1Fb3k/2j/xJP+EC8z+x/wDlj/bGPK835/vfxZxnqce1acni7Spf"
	"+Eb1vVbDyPP+1eXN5zt9m2/IflVfn3cDpxVbTde8P6r8So2sNL824lzs1H7RIucQnP7ogDoCv61Z"
	"u7X+2ft+marpv9g6jrnl+XJ5/wBq+0eT8x4XAXaoHcZ3d8UWljqsvjuw+06z/a39leZ9q/0VIPs3"
	"mxfJ0+/u9s4xzjNd3XMeKfD39va7of2m18/ToPP+1fvNu3co2dCD94dvxqrb+FPEFtf3d9D4t23F"
	"5s89/wCzozv2DC8E4GB6VmIl3Y3+iqmg/wBn3Fh5/wDZ+nfbBL9s3j95+96R7Ad3zZznAo8bJdx3"
	"97fa5oP9qaNbeX9kf7YIPI3BQ/C/M2Wx16Y44NZdx4ctNPv7RZvC32i41bf5Gnf2gU+y+UPm/eg4"
	"fcDu5xjpzVW08ParL9g8MeIrXyPP8z+zrjzEb7Nt/eS/Kh+fdwPmPHarXwv0+01C/gvoYvs9xpO7"
	"z33F/tXmhwvBOE2gds59q9YrjvGGn2mq+LPDNjfxebby/at6biucRqRyCD1ArjvDcnhTXtdttM/4"
	"RTyPP3fvP7RlbbtUt049PWun8C6v9j0Lwxpnkb/7R+1/vN+PL8tmbpjnOfUVmeFrXVYNd1zTNK03"
	"+xvM8jzJPPS4+xYUsOG/1m/nv8ufajWvEuq/27Dqdz4e8n/hHt32qP7ajf69QqcgfyB98Va8MJd6"
	"rf8Ahy+sNB/s/RrD7Tsf7YJc7wQeDhvvA+vX0rp7jUPD9z4stLGaXdrNnv8AITbINm+PLcgbTlfX"
	"+dbtcx4ptdV/t3Q9T0rTft/2Hz/Mj89IvvqFHLfj2PSsLTdJu9Kv476w+HvlXEWdj/20GxkEHgkj"
	"oTQnhjxBc+E9F8PO32K3bz/7QOI5Nn7zfH3ycn+6e/NdPqWi2lzfyQvpH2i31bH9oT/aSmzygDH8"
	"ucnJ4+XHvmsu38HWmn393Yw6f9o0bVtnnp5xT7L5QyvJbc+5j2xj3FZlx4Y8QarYWmo+JG/tS4tt"
	"+NKxHBncdv8ArkIHQK34Y70aF4Au/D3izTL6G6+226+b57+WI/K/dkLwWJOS3bpivRKKKKKKKKK/"
	"/9kKZW5kc3RyZWFtCmVuZG9iago1IDAgb2JqCjw8L1R5cGUvQW5ub3QvU3VidHlwZS9MaW5rL0Eg"
	"NiAwIFI+PgplbmRvYmoKNiAwIG9iago8PC9TL1VSSS9VUkkoaHR0cHM6Ly93YWxsLmV4YW1wbGUv"
	"YSk+PgplbmRvYmoKNyAwIG9iago8PC9UeXBlL0VtYmVkZGVkRmlsZS9MZW5ndGggNjI+PgpzdHJl"
	"YW0KTVoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAKZW5kc3RyZWFtCmVuZG9iagp4cmVmCjAgOAowMDAwMDAwMDAwIDY1NTM1IGYgCjAw"
	"MDAwMDAwMDkgMDAwMDAgbiAKMDAwMDAwMDA1NCAwMDAwMCBuIAowMDAwMDAwMTA1IDAwMDAwIG4g"
	"CjAwMDAwMDAzMDcgMDAwMDAgbiAKMDAwMDAwMjMwMCAwMDAwMCBuIAowMDAwMDAyMzUyIDAwMDAw"
	"IG4gCjAwMDAwMDI0MDYgMDAwMDAgbiAKdHJhaWxlcgo8PC9TaXplIDgvUm9vdCAxIDAgUj4+CnN0"
	"YXJ0eHJlZgoyNTM0CiUlRU9GCg==";

static const struct decode_openers no_openers = { NULL, NULL, NULL };

static void hear(void *user, const struct decode_entry *e)
{
	GString *text = user;

	g_string_append_printf(text, "%s%s%s%s", text->len > 0 ? " " : "",
			       e->sort == DECODE_CODE   ? "code "
			       : e->sort == DECODE_LINK ? "link "
							: "",
			       e->name,
			       e->why != DECODE_WHOLE ? decode_why_word(e->why) : "");
}

static void assert_told(const char *at, size_t n, const char *want)
{
	GString *text = g_string_new(NULL);
	char *exact = g_memdup2(at, n);
	const struct decode_task task = { "a",
					  { exact, n },
					  clock_mono_us() + 60 * G_USEC_PER_SEC };
	const struct decode_listener listener = { hear, text };

	decode_list(&no_openers, &task, &listener);
	g_assert_cmpstr(text->str, ==, want);
	g_string_free(text, TRUE);
	g_free(exact);
}

static const char found[] = "code https://codes.example/roof";

static void kinds(void)
{
	static const struct {
		const char *picture, *want;
	} rows[] = {
		{ code_png, found },
		{ code_jpg, found },
		{ code_gif, found },
		{ code_webp, found },
		{ inv_png, found },
		{ small_png, found },
		{ text_png, "code Hello Ann" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		gsize n;
		guchar *at = g_base64_decode(rows[i].picture, &n);

		g_test_message("picture %zu", i);
		assert_told((const char *)at, n, rows[i].want);
		g_free(at);
	}
}

/* cut off anywhere, a picture is never looked into and found clean */
static void cut(void)
{
	static const char *const pictures[] = { code_png, code_jpg, code_gif, code_webp };

	for (size_t i = 0; i < G_N_ELEMENTS(pictures); i++) {
		gsize n;
		guchar *at = g_base64_decode(pictures[i], &n);

		assert_told((const char *)at, n / 2, "damaged");
		assert_told((const char *)at, 40, "damaged");
		g_free(at);
	}
}

/* 60,000 pixels wide and high: told, and no memory is had for it */
static void bomb(void)
{
	static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60"
				  "\1\0\0\0\0\xa8\xa9\x48\xef"
				  "\0\0\0\0IDAT\x35\xaf\x06\x1e";
	static const char gif[] = "GIF89a\x60\xea\x60\xea\x80\0\0\0\0\0\xff\xff\xff"
				  ",\0\0\0\0\x60\xea\x60\xea\0\2\0;";

	assert_told(gif, sizeof(gif) - 1, "too big");
	assert_told(png, sizeof(png) - 1, "too big");
}

static void in_an_archive(void)
{
	gsize n;
	guchar *at = g_base64_decode(code_png, &n);
	const struct made files[] = { { "word/media/image1.png",
					made_of((const char *)at, n) } };
	GByteArray *zip = make_archive("zip", NULL, files, 1);

	assert_told((const char *)zip->data, zip->len,
		    "word/media/image1.png code https://codes.example/roof");
	g_byte_array_unref(zip);
	made_free(files, 1);
	g_free(at);
}

/* a picture of plain pixels and one of JPEG, links with and without a number, a file */
static void pdf(void)
{
	gsize n;
	guchar *at = g_base64_decode(code_pdf, &n);

	assert_told((const char *)at, n,
		    "link https://roof.web.app/sign-in code https://codes.example/roof");
	assert_told((const char *)at, 300, "damaged");
	g_free(at);
	at = g_base64_decode(file_pdf, &n);
	assert_told((const char *)at, n,
		    "link https://roof.web.app/sign-in code https://codes.example/roof "
		    "link https://wall.example/a file");
	g_free(at);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/code/pdf", pdf);
	g_test_add_func("/code/kinds", kinds);
	g_test_add_func("/code/cut", cut);
	g_test_add_func("/code/bomb", bomb);
	g_test_add_func("/code/in-an-archive", in_an_archive);
	return g_test_run();
}
