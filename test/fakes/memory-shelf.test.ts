import { shelfContract } from '../contracts/shelf.ts'
import { memoryShelf } from './memory-shelf.ts'

shelfContract('a shelf in memory', (mostEntries) => memoryShelf(mostEntries))
