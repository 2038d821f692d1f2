from .commands import main

if __name__ == '__main__':  # each measuring process of `bench` imports this file
    main()
