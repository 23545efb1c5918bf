// A sink for ./bench delivery: answers 200 to every request; /slow after 20 ms, /hang never.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		io.Copy(io.Discard, in.Body)
		switch in.URL.Path {
		case "/slow":
			time.Sleep(20 * time.Millisecond)
		case "/hang":
			<-in.Context().Done()
		}
	})))
}
